// Asking whether a request that a policy holds may go on. Control decides, by what the store knows of all instances.
// Invariant: what was agreed to once passes once, whoever asks and however many at the same time.

import type { PrivacyCount } from "@ghostllm/contract";
import type { Awaitable } from "#domain/clock.ts";

/** Plain data: what is told of a request to whoever decides. None of its texts is in it. */
export interface ConsentQuestion {
  readonly requestId: string;
  readonly keyId: string;
  readonly userId: string;
  readonly teamId: string | null;
  /** What the same request of the same key has again, and no other. */
  readonly fingerprint: string;
  readonly model: string;
  readonly operation: string;
  readonly dialect: string;
  /** What it may cost at the most; null where nobody can say. */
  readonly costNanos: number | null;
  readonly promptTokens: number;
  readonly found: readonly PrivacyCount[];
  /** That hold it. */
  readonly policies: readonly { readonly id: string; readonly name: string }[];
  readonly validMs: number;
}

export type ConsentAnswer =
  | { readonly kind: "granted"; readonly id: string }
  | { readonly kind: "required"; readonly id: string }
  /** `until`: epoch ms. */
  | { readonly kind: "refused"; readonly id: string; readonly note: string; readonly until: number }
  /** So many of this key wait that no more are written down. */
  | { readonly kind: "too_many" }
  /** The store does not answer. */
  | { readonly kind: "unknown" };

export interface Consents {
  /** What is granted is used up by the request that asks. */
  ask(question: ConsentQuestion): Awaitable<ConsentAnswer>;
  /** The request that it was granted to has asked no vendor: it is granted to another. */
  giveBack(id: string, requestId: string): Awaitable<void>;
}

/** Where there is nobody who could know. */
export const nobodyKnows: Consents = { ask: () => ({ kind: "unknown" }), giveBack: () => undefined };
