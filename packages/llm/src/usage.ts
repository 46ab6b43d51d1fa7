// What an answer used: what all dialects read, and what a price is worked out from.

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
  /** Part of `promptTokens` that the vendor wrote into its cache, where that has a price of its own. */
  readonly cacheWriteTokens?: number;
  /** Part of `promptTokens` that was written to be kept for an hour, beside `cacheWriteTokens`. */
  readonly cacheWriteHourTokens?: number;
  /** Part of `promptTokens` that was sound. */
  readonly audioPromptTokens?: number;
  /** Part of `cachedTokens` that was sound. */
  readonly cachedAudioTokens?: number;
  /** Part of `cachedTokens` that was pictures. */
  readonly cachedImageTokens?: number;
  /** Part of `completionTokens` that was sound. */
  readonly audioCompletionTokens?: number;
  /** Part of `promptTokens` that was pictures, where the vendor counts them apart. */
  readonly imagePromptTokens?: number;
  /** Part of `completionTokens` that was pictures. */
  readonly imageCompletionTokens?: number;
  /** In which class the vendor served the request, where it is not its usual one: `priority`, `flex`, `batch`, `fast`. */
  readonly serviceClass?: string;
  /** Where alone the vendor was to compute, which may have a price: `us`. */
  readonly geography?: string;
  /** Searches of the web that the vendor made for the answer. */
  readonly webSearches?: number;
  /** Searches of files that the vendor keeps. */
  readonly fileSearches?: number;
  /** Containers in which the vendor ran code. */
  readonly containers?: number;
  /** What else was used that costs and is not counted, such as `image_generation`: then the cost is unknown. */
  readonly otherUses?: readonly string[];
  /** What the vendor itself says it charges, in nano-USD. */
  readonly vendorCostNanos?: number;
  /** Parts of all the above that other models used in the course of the answer, at prices of their own. */
  readonly byOthers?: readonly ModelUsage[];
}

export interface ModelUsage {
  /** The name that the vendor gives it. */
  readonly model: string;
  readonly usage: Usage;
}
