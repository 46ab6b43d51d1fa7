// The words of guardrails, which both planes and clients share.

export const guardrailKinds = ["text", "size", "webhook", "moderation", "json-schema"] as const;
export type GuardrailKind = (typeof guardrailKinds)[number];

/** What it is held against: the request, before a vendor is asked, or the answer, before the client is told. */
export const guardrailStages = ["input", "output", "both"] as const;
export type GuardrailStage = (typeof guardrailStages)[number];

export const guardrailActions = ["block", "redact", "flag"] as const;
export type GuardrailAction = (typeof guardrailActions)[number];

/** What becomes of a request or an answer that it cannot be held against: it passes, or it does not. */
export const guardrailOnFailures = ["open", "closed"] as const;
export type GuardrailOnFailure = (typeof guardrailOnFailures)[number];
