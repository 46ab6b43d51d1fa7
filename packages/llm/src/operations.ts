// What can be asked of vendors, and how its tokens become known: one table.

/**
 * `none`: it uses no tokens itself, and is not limited by them. `estimable`: told by the vendor, or estimated from what was asked and
 * answered. `told`: the answer says nothing by which tokens could be estimated, so what the vendor does not count is unknown.
 * `untold`: vendors do not count it at all, so what it costs cannot be held against a budget.
 */
type TokenUse = "none" | "estimable" | "told" | "untold";

interface OperationFacts {
  readonly tokens: TokenUse;
  /** What it is in the other dialects; absent where it has none. */
  readonly crossesAs?: "chat.completions" | "embeddings";
}

/** Each operation has one path per provider; one that a provider lacks is absent there. */
const operations = {
  "chat.completions": { tokens: "estimable", crossesAs: "chat.completions" },
  completions: { tokens: "estimable" },
  embeddings: { tokens: "estimable", crossesAs: "embeddings" },
  /** Of one content, where a vendor has a path of its own for that. */
  embed_content: { tokens: "estimable", crossesAs: "embeddings" },
  generate: { tokens: "estimable", crossesAs: "chat.completions" },
  count_tokens: { tokens: "none" },
  moderations: { tokens: "told" },
  "images.generations": { tokens: "told" },
  "images.edits": { tokens: "told" },
  "images.variations": { tokens: "untold" },
  "audio.speech": { tokens: "untold" },
  "audio.transcriptions": { tokens: "told" },
  "audio.translations": { tokens: "untold" },
  rerank: { tokens: "told" },
  /** A session in real time, over a WebSocket. */
  realtime: { tokens: "told" },
  /** A conversation made shorter. */
  "responses.compact": { tokens: "estimable" },
  /** What a vendor keeps under an id: answers, files, and lists of requests for later. */
  responses: { tokens: "none" },
  files: { tokens: "none" },
  batches: { tokens: "none" },
} as const satisfies Readonly<Record<string, OperationFacts>>;

/** What is asked of a vendor. */
export type Operation = keyof typeof operations;

export function tokensOf(operation: Operation): TokenUse {
  return operations[operation].tokens;
}

/** Null for one that no other dialect has. */
export function crossesAs(operation: Operation): Operation | null {
  const facts: OperationFacts = operations[operation];
  return facts.crossesAs ?? null;
}
