import type { Clock } from "#domain/clock.ts";
import { longestId, maxObjects, objectLifetimeMs, rewriteAfterMs } from "#link/owners.ts";
import type { ObjectOwner, OwnedObject, Owners } from "#link/owners.ts";

interface Kept {
  readonly owner: ObjectOwner;
  readonly expiresAt: number;
  readonly writtenAt: number;
}

interface OwnersOptions {
  readonly limit?: number | undefined;
  /** Told of what is to be known after a restart, too. Must not throw. */
  readonly write?: ((object: OwnedObject) => void) | undefined;
}

/** The oldest go first. */
export class MemoryOwners implements Owners {
  readonly #kept = new Map<string, Kept>();
  readonly #clock: Clock;
  readonly #maxObjects: number;
  readonly #write: (object: OwnedObject) => void;

  constructor(clock: Clock, { limit = maxObjects, write = () => undefined }: OwnersOptions = {}) {
    this.#clock = clock;
    this.#maxObjects = limit;
    this.#write = write;
  }

  find(ids: readonly string[]): ReadonlyMap<string, ObjectOwner> {
    const found = new Map<string, ObjectOwner>();
    for (const id of ids) {
      const kept = this.#find(id);
      if (kept !== undefined) found.set(id, kept.owner);
    }
    return found;
  }

  keep(ids: readonly string[], owner: ObjectOwner): void {
    for (const id of ids) this.#keep(id, owner);
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

  /** Oldest first. */
  *all(): Generator<readonly [id: string, owner: ObjectOwner]> {
    const now = this.#clock.monotonic();
    for (const [id, { owner, expiresAt }] of this.#kept) if (expiresAt > now) yield [id, owner];
  }

  #keep(id: string, owner: ObjectOwner): void {
    if (id.length > longestId) return;
    const known = this.#find(id);
    if (known !== undefined && known.owner.userId !== owner.userId) return;
    const now = this.#clock.monotonic();
    const isWritten = known !== undefined && now - known.writtenAt < rewriteAfterMs && isSame(known.owner, owner);
    this.#put(id, { owner, expiresAt: now + objectLifetimeMs, writtenAt: isWritten ? known.writtenAt : now });
    if (!isWritten) this.#write({ id, ...owner, keptAt: this.#clock.now() });
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
