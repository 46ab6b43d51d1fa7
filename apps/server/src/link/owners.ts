// Whose objects are kept where: what a vendor made under an id is asked for by that id alone, by whoever knows it, and the
// vendor knows no user but the operator. Invariant: an id never changes hands while it is remembered.

import type { Awaitable } from "#domain/clock.ts";

export interface ObjectOwner {
  readonly userId: string;
  readonly providerId: string;
  /** The name that the model has at the provider; empty for what has none. */
  readonly model: string;
  /** The name that was asked for. */
  readonly requestedModel: string;
}

/** As it is written down. */
export interface OwnedObject extends ObjectOwner {
  readonly id: string;
  /** Epoch ms at which it was last told of. */
  readonly keptAt: number;
}

export interface Owners {
  /** Those that are known, by id. */
  find(ids: readonly string[]): Awaitable<ReadonlyMap<string, ObjectOwner>>;
  keep(ids: readonly string[], owner: ObjectOwner): Awaitable<void>;
}

/** Who goes on with an answer does so within days; vendors keep most for a month. */
export const objectLifetimeMs = 7 * 24 * 60 * 60 * 1000;
/** What is used again and again is written down again only so often. */
export const rewriteAfterMs = objectLifetimeMs / 14;
/** In characters: what is longer no vendor made. */
export const longestId = 256;
/** Of some 300 bytes each. */
export const maxObjects = 100_000;
