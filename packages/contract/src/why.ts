// What a usage record has of why a request went as it did, in one field: what was chosen between, what it was held to, what was looked for
// among kept answers. Written by the gateway where there was anything to choose, read by `GET /admin/requests/{id}`; a version that does not
// know a word of it shows the word.

import type { SemanticOutcome } from "#cache-policy.ts";

/** How a target stood when its request was planned. */
export const targetStates = [
  ...(["ready", "resting", "full", "tight"] as const),
  ...(["operation", "vision", "functions", "streaming", "length", "team", "provider"] as const),
  ...(["excluded", "cost"] as const),
] as const;
export type TargetState = (typeof targetStates)[number];

/**
 * Its provider, its name there, its score by the strategy, how it stood, for how many ms it rested or how many tokens it holds, and why it
 * rested. The last ones are left out where they say nothing.
 */
export type ConsideredTarget = readonly [
  provider: string,
  model: string,
  score?: number | null,
  state?: string,
  figure?: number,
  because?: string,
];

/** The targets of one name, in the order in which they were to be asked. */
export interface PlannedName {
  /** The strategy. */
  readonly by: string;
  /** Where it is not the name that was asked for. */
  readonly name?: string;
  readonly targets: readonly ConsideredTarget[];
  /** So many of them were to be asked; the others were left out. */
  readonly asked: number;
  /** What the request preferred, with the strategy `auto`; absent: all that speaks for a target counted. */
  readonly prefer?: string;
  /** With that strategy, of the targets that were to be asked: nano-USD, or null; ms until the first word; quality. */
  readonly merits?: readonly (readonly [nanos: number | null, waitMs: number, quality: number])[];
  /** Users stay with a target each. */
  readonly sticky?: true;
  /** All rested: each was tried once. */
  readonly probe?: true;
  /** The place of the target that may have kept the prompt, from 0. */
  readonly holder?: number;
  /** Targets beyond those that are told. */
  readonly more?: number;
}

/** A name that the request could have been led on to, and why it was not. */
export type NotLedTo = readonly [name: string, reason: string];

/** Whose requests an answer is kept for, the beginning of the digest that it is looked for under, and why nothing was found or looked for. */
export type CacheFacts = readonly [scope: string, digest: string | null, reason?: string];

/**
 * What came of looking for a question of the same meaning, how like the nearest one was that could be told, how like it had to be, the record from which that was
 * kept, and what spoke against it.
 */
export type SemanticFacts = readonly [
  outcome: SemanticOutcome,
  similarity: number | null,
  threshold: number,
  of: string | null,
  differences?: readonly string[],
];

/** Of a guardrail: `failed` and `skipped` where it could not be held against the request or the answer, which then did not pass, or did. */
export const guardrailOutcomes = ["flag", "redact", "block", "failed", "skipped"] as const;
export type GuardrailOutcome = (typeof guardrailOutcomes)[number];

/** What a guardrail has found, without what it was. */
export type GuardrailFact = readonly [name: string, stage: "input" | "output", outcome: GuardrailOutcome];

export interface WhyFacts {
  /** Microseconds: until it was read, then until it was admitted, then until the first vendor was asked. */
  readonly took?: readonly number[];
  readonly plans?: readonly PlannedName[];
  readonly notLedTo?: readonly NotLedTo[];
  /** Limits and budgets of its scopes and what was left of each, as one text. */
  readonly limits?: string;
  /** Ms that it waited for a target with room. */
  readonly queued?: number;
  /** So many ms after it was asked a target had not begun to answer, and what came of asking a second one beside it. */
  readonly hedge?: readonly [afterMs: number, outcome: string];
  /** So many ms after it arrived its stream broke off, and what came of having another target go on with it. */
  readonly continued?: readonly (readonly [afterMs: number, outcome: string])[];
  /** Of a copy: the id of the request that it is one of. */
  readonly shadowOf?: string;
  /** Nano-USD that were held against budgets. */
  readonly held?: number;
  /** The budget at its cap for which another alias answers, in the same form as the limits. */
  readonly capped?: string;
  readonly cache?: CacheFacts;
  /** Absent where its alias compares nothing by meaning, or an answer to the same was there. */
  readonly semantic?: SemanticFacts;
  /** Of an embedding that was made to look for such a question: the id of the request. */
  readonly embeddedFor?: string;
  readonly guards?: readonly GuardrailFact[];
  /** What could not be said in the target's dialect. */
  readonly notes?: readonly string[];
}
