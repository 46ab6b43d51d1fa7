// Whose objects are kept where: what a vendor made under an id is asked for by that id alone, by whoever knows it, and the
// vendor knows no user but the operator. Invariant: an id never changes hands while it is remembered.

import type { Clock } from "#domain/clock.ts";

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

export interface ObjectOwners {
  find(id: string): ObjectOwner | undefined;
  keep(id: string, owner: ObjectOwner): void;
}

/** Who goes on with an answer does so within days; vendors keep most for a month. */
export const objectLifetimeMs = 7 * 24 * 60 * 60 * 1000;
/** Of some 300 bytes each. */
export const maxObjects = 100_000;
const maxIdCharacters = 256;
/** What is used again and again is written down again only so often. */
const rewriteAfterMs = objectLifetimeMs / 14;

interface Kept {
  readonly owner: ObjectOwner;
  readonly expiresAt: number;
  readonly writtenAt: number;
}

interface OwnersOptions {
  readonly limit?: number;
  /** Told of what is to be known after a restart, too. Must not throw. */
  readonly write?: (object: OwnedObject) => void;
}

/** In the memory of this process. The oldest go first. */
export class MemoryObjectOwners implements ObjectOwners {
  readonly #kept = new Map<string, Kept>();
  readonly #clock: Clock;
  readonly #maxObjects: number;
  readonly #write: (object: OwnedObject) => void;

  constructor(clock: Clock, { limit = maxObjects, write = () => undefined }: OwnersOptions = {}) {
    this.#clock = clock;
    this.#maxObjects = limit;
    this.#write = write;
  }

  find(id: string): ObjectOwner | undefined {
    return this.#find(id)?.owner;
  }

  keep(id: string, owner: ObjectOwner): void {
    if (id.length > maxIdCharacters) return;
    const known = this.#find(id);
    if (known !== undefined && known.owner.userId !== owner.userId) return;
    const now = this.#clock.monotonic();
    const isWritten = known !== undefined && now - known.writtenAt < rewriteAfterMs && isSame(known.owner, owner);
    this.#put(id, { owner, expiresAt: now + objectLifetimeMs, writtenAt: isWritten ? known.writtenAt : now });
    if (!isWritten) this.#write({ id, ...owner, keptAt: this.#clock.now() });
  }

  /** What earlier processes wrote down, oldest first. Called before the first request. */
  restore(objects: Iterable<OwnedObject>): void {
    const [now, wallNow] = [this.#clock.monotonic(), this.#clock.now()];
    for (const { id, keptAt, ...owner } of objects) {
      // By a clock that was set back meanwhile it would be of tomorrow.
      const ageMs = Math.max(0, wallNow - keptAt);
      if (ageMs < objectLifetimeMs) {
        this.#put(id, { owner, expiresAt: now + objectLifetimeMs - ageMs, writtenAt: now - ageMs });
      }
    }
  }

  #find(id: string): Kept | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined || kept.expiresAt > this.#clock.monotonic()) return kept;
    this.#kept.delete(id);
    return undefined;
  }

  #put(id: string, kept: Kept): void {
    // Put in anew, so that what is used stays longest.
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    for (const [oldest, { expiresAt }] of this.#kept) {
      if (this.#kept.size <= this.#maxObjects && expiresAt > this.#clock.monotonic()) return;
      this.#kept.delete(oldest);
    }
  }
}

function isSame(one: ObjectOwner, other: ObjectOwner): boolean {
  return one.providerId === other.providerId && one.model === other.model;
}
