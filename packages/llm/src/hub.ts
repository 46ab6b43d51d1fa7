// The shared language between dialects: what is asked and what was used, whatever wire format it came in.

/** What is asked of a vendor. Each operation has one path per provider; an operation a provider lacks is absent there. */
export type Operation = "chat.completions" | "completions" | "embeddings";

/** Token counts of one answer, in the vendor's own count. */
export interface Usage {
  /** All input tokens, the cached ones included. */
  readonly promptTokens: number;
  /** All output tokens, the reasoning ones included. */
  readonly completionTokens: number;
  /** Part of `promptTokens` that the vendor read from its cache. */
  readonly cachedTokens: number;
  /** Part of `completionTokens` that was spent on reasoning. */
  readonly reasoningTokens: number;
}
