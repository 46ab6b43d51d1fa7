// What an alias may say about failures of its targets.

/** After which of them the same target may be asked again. */
export const retriedFailures = ["refused", "timeout", "broken", "error", "overloaded", "rate_limit"] as const;

export type RetriedFailure = (typeof retriedFailures)[number];

/** For which of them there are lists of names to go on with; `any` is for all that have no list of their own, but refused content. */
export const fallbackReasons = ["any", "context_length", "content_filter", "rate_limit"] as const;

export type FallbackReason = (typeof fallbackReasons)[number];
