// Answers that were told, kept for requests that come again. What is kept is the vendor's own bytes with what it takes to read them: the
// gateway alone knows what that says. They may go at any time, and who is not given one asks the vendor.

import type { Awaitable } from "#domain/clock.ts";

export interface CachedAnswer {
  /** What it takes to read the body, as JSON. */
  readonly head: string;
  readonly body: Uint8Array;
  /** Epoch ms. */
  readonly storedAt: number;
}

/** Who asked first, and for what: by these it is found when it is to be forgotten. */
export interface CacheLabels {
  readonly alias: string;
  readonly key: string;
  readonly user: string;
}

export interface AnswerToKeep extends CacheLabels {
  /** A digest of all that the answer depends on, its tenant included. */
  readonly name: string;
  readonly answer: CachedAnswer;
  readonly lifetimeMs: number;
}

/** By ids; what is absent says nothing. Without any of them all is meant. */
export type CachePurge = Partial<CacheLabels>;

export interface CacheUse {
  readonly entries: number;
  readonly bytes: number;
}

export interface Cache {
  /** Null where there is none. */
  find(name: string): Awaitable<CachedAnswer | null>;
  keep(kept: AnswerToKeep): Awaitable<void>;
  /** Answers how many are gone. */
  purge(what: CachePurge): Awaitable<number>;
  use(): Awaitable<CacheUse>;
}

/** Of all together, where nothing else is said. */
export const usualCacheBytes = 64 * 1024 * 1024;

/** Of an entry with its name, its labels and objects, roughly. */
const overheadBytes = 500;

export function sizeOfAnswer({ name, answer }: Pick<AnswerToKeep, "name" | "answer">): number {
  return name.length + answer.head.length + answer.body.length + overheadBytes;
}

export function isMeant(what: CachePurge, { alias, key, user }: CacheLabels): boolean {
  return (
    (what.alias === undefined || what.alias === alias) &&
    (what.key === undefined || what.key === key) &&
    (what.user === undefined || what.user === user)
  );
}
