// The models behind the scripted Ollama: a word is a token, and a conversation that is too long loses its beginning.

export type Fields = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  /** Written one after the other; then the connection ends cleanly, as Ollama ends it always. */
  readonly pieces?: readonly string[];
  readonly type?: string;
}

const contextTokens = 2048;

export interface Completion {
  readonly words: readonly string[];
  readonly prompt: number;
  readonly reason: "stop" | "length";
}

const countOf = (text: string): number => text.split(/\s+/).filter((word) => word !== "").length;

/** What makes the runner die in the middle of its answer. */
export const deadlyWord = "die-now";
export const dies = (prompt: string): boolean => prompt.includes(deadlyWord);

/** As many words as it has to say without a limit. */
export const allWords = 12;

/** Half of the context, and what stands at its beginning anyway. */
export const truncatedTokens = contextTokens / 2 + 2;

/** A limit of 0 or less is none. */
export function completionOf(prompt: string, limit: unknown): Completion {
  const count = typeof limit === "number" && limit > 0 ? Math.min(limit, allWords) : allWords;
  const words = Array.from({ length: count }, (_, at) => (at === 0 ? "word" : " word"));
  const tokens = countOf(prompt);
  const reason = count < allWords ? "length" : "stop";
  return { words, reason, prompt: tokens > contextTokens ? truncatedTokens : tokens };
}

export const chatModel = "smollm2";
export const embeddingModel = "all-minilm";
export const models = [`${chatModel}:latest`, `${embeddingModel}:latest`];
/** The name without a tag means the latest. */
export function findModel(name: unknown): string | undefined {
  const full = String(name).includes(":") ? String(name) : `${String(name)}:latest`;
  return models.find((model) => model === full);
}

export const isEmbedding = (model: string): boolean => model.startsWith(embeddingModel);
export const failure = (status: number, error: unknown): Reply => ({ status, json: { error } });

const vectorOf = (text: string): readonly number[] => (countOf(text) % 2 === 0 ? [0.6, 0.8] : [1, 0]);

export type Vectors = { readonly vectors: readonly (readonly number[])[]; readonly tokens: number } | Reply;

/** Too long a text is cut without a word. */
export function embed({ model: asked, input }: Fields): Vectors {
  const model = findModel(asked);
  if (model === undefined) return failure(404, `model "${String(asked)}" not found, try pulling it first`);
  const texts = typeof input === "string" ? (input === "" ? [] : [input]) : ((input ?? []) as readonly unknown[]);
  if (texts.some((text) => typeof text !== "string")) return failure(400, "invalid input type");
  if (!isEmbedding(model)) return failure(501, "This server does not support embeddings. Start it with `--embeddings`");
  const tokens = texts.reduce<number>((sum, text) => sum + Math.min(512, countOf(String(text))), 0);
  return { vectors: texts.map((text) => vectorOf(String(text))), tokens };
}
