// What can be asked of vendors.

/** What is asked of a vendor. Each operation has one path per provider; an operation a provider lacks is absent there. */
export type Operation =
  | "chat.completions"
  | "completions"
  | "embeddings"
  /** Of one content, where a vendor has a path of its own for that. */
  | "embed_content"
  | "generate"
  | "count_tokens"
  | "moderations"
  | "images.generations"
  | "images.edits"
  | "images.variations"
  | "audio.speech"
  | "audio.transcriptions"
  | "audio.translations"
  | "rerank"
  /** A conversation made shorter. */
  | "responses.compact"
  /** What a vendor keeps under an id: answers, files, and lists of requests for later. */
  | "responses"
  | "files"
  | "batches";

/** They use no tokens themselves, and are not limited by them. */
export const unmetered: ReadonlySet<Operation> = new Set(["count_tokens", "responses", "files", "batches"]);

/** Their answers say nothing by which their tokens could be estimated: what their vendor does not count is unknown. */
export const uncountable: ReadonlySet<Operation> = new Set([
  "moderations",
  "images.generations",
  "images.edits",
  "images.variations",
  "audio.speech",
  "audio.transcriptions",
  "audio.translations",
  "rerank",
]);

/** Of those, the ones that vendors do not count at all: what they cost cannot be held against a budget. */
export const uncounted: ReadonlySet<Operation> = new Set(["images.variations", "audio.speech", "audio.translations"]);

/** What operations of one dialect are in the others. Those that are not named here have no other dialect. */
export const crossings: Readonly<Partial<Record<Operation, Operation>>> = {
  "chat.completions": "chat.completions",
  generate: "chat.completions",
  embeddings: "embeddings",
  embed_content: "embeddings",
};
