// What can be asked of vendors.

/** What is asked of a vendor. Each operation has one path per provider; an operation a provider lacks is absent there. */
export type Operation = "chat.completions" | "completions" | "embeddings" | "generate" | "count_tokens";

/** They cost nothing, use no tokens, and are not limited by them. */
export const unmetered: ReadonlySet<Operation> = new Set(["count_tokens"]);

/** What operations of one dialect are in the others. Those that are not named here have no other dialect. */
export const crossings: Readonly<Partial<Record<Operation, Operation>>> = {
  "chat.completions": "chat.completions",
  generate: "chat.completions",
  embeddings: "embeddings",
};
