import type { Clock } from "#domain/clock.ts";
import { isMeant } from "#link/cache.ts";
import type { CachePurge } from "#link/cache.ts";
import { cosineOf, mostNear, mostNumbersOfGroup, usualVectorBytes } from "#link/meanings.ts";
import type { Meaning, Meanings, MeaningsUse, Near } from "#link/meanings.ts";

interface Kept extends Meaning {
  readonly bytes: number;
  readonly expiresAt: number;
}

/** Of an entry with its names and objects, roughly. */
const overheadBytes = 600;

/** All of a group are compared. What was kept first makes room, of its group and of all. */
export class MemoryMeanings implements Meanings {
  /** In the order in which they were kept. */
  readonly #kept = new Map<string, Kept>();
  readonly #groups = new Map<string, Map<string, Kept>>();
  readonly #clock: Clock;
  readonly #mostBytes: number;
  #bytes = 0;
  #told = 0;

  constructor(clock: Clock, mostBytes: number = usualVectorBytes) {
    this.#clock = clock;
    this.#mostBytes = mostBytes;
  }

  nearest(group: string, vector: Float32Array): readonly Near[] {
    const now = this.#clock.monotonic();
    const found: Near[] = [];
    for (const kept of this.#groups.get(group)?.values() ?? []) {
      if (kept.expiresAt <= now || kept.vector.length !== vector.length) continue;
      const similarity = cosineOf(kept.vector, vector);
      if (found.length === mostNear && similarity <= (found.at(-1)?.similarity ?? 0)) continue;
      const { text, name, requestId, alias, key, user } = kept;
      found.push({ text, name, requestId, alias, key, user, similarity });
      found.sort((one, other) => other.similarity - one.similarity);
      if (found.length > mostNear) found.pop();
    }
    return found;
  }

  keep(meaning: Meaning): void {
    const { name, group, vector, text, lifetimeMs } = meaning;
    this.#drop(name);
    const bytes = vector.byteLength + 2 * text.length + overheadBytes;
    if (bytes > this.#mostBytes) return;
    const now = this.#clock.monotonic();
    const kept = { ...meaning, bytes, expiresAt: now + lifetimeMs };
    const ofGroup = this.#groups.get(group) ?? new Map<string, Kept>();
    this.#groups.set(group, ofGroup.set(name, kept));
    this.#kept.set(name, kept);
    this.#bytes += bytes;
    const most = Math.max(1, Math.floor(mostNumbersOfGroup / Math.max(1, vector.length)));
    for (const first of ofGroup.keys()) {
      if (ofGroup.size <= most) break;
      this.#drop(first);
    }
    for (const [first, { expiresAt }] of this.#kept) {
      if (this.#bytes <= this.#mostBytes && expiresAt > now) return;
      this.#drop(first);
    }
  }

  purge(what: CachePurge): void {
    for (const [name, kept] of this.#kept) if (isMeant(what, kept)) this.#drop(name);
  }

  noteTold(): void {
    this.#told += 1;
  }

  use(): MeaningsUse {
    return { vectors: this.#kept.size, vectorBytes: this.#bytes, mostVectorBytes: this.#mostBytes, told: this.#told };
  }

  #drop(name: string): void {
    const kept = this.#kept.get(name);
    if (kept === undefined) return;
    this.#kept.delete(name);
    this.#bytes -= kept.bytes;
    const ofGroup = this.#groups.get(kept.group);
    ofGroup?.delete(name);
    if (ofGroup?.size === 0) this.#groups.delete(kept.group);
  }
}
