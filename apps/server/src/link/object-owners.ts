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

export interface ObjectOwners {
  find(id: string): ObjectOwner | undefined;
  keep(id: string, owner: ObjectOwner): void;
}

/** Who goes on with an answer does so within days; vendors keep most for a month. */
const lifetimeMs = 7 * 24 * 60 * 60 * 1000;
/** Of some 300 bytes each. */
const maxObjects = 100_000;
const maxIdCharacters = 256;

interface Kept {
  readonly owner: ObjectOwner;
  readonly expiresAt: number;
}

/** In the memory of this process. The oldest go first. */
export class MemoryObjectOwners implements ObjectOwners {
  readonly #kept = new Map<string, Kept>();
  readonly #clock: Clock;
  readonly #maxObjects: number;

  constructor(clock: Clock, limit: number = maxObjects) {
    this.#clock = clock;
    this.#maxObjects = limit;
  }

  find(id: string): ObjectOwner | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined) return undefined;
    if (kept.expiresAt > this.#clock.monotonic()) return kept.owner;
    this.#kept.delete(id);
    return undefined;
  }

  keep(id: string, owner: ObjectOwner): void {
    if (id.length > maxIdCharacters) return;
    const known = this.find(id);
    if (known !== undefined && known.userId !== owner.userId) return;
    // Put in anew, so that what is used stays longest.
    this.#kept.delete(id);
    this.#kept.set(id, { owner, expiresAt: this.#clock.monotonic() + lifetimeMs });
    for (const [oldest, { expiresAt }] of this.#kept) {
      if (this.#kept.size <= this.#maxObjects && expiresAt > this.#clock.monotonic()) return;
      this.#kept.delete(oldest);
    }
  }
}
