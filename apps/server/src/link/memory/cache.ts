import type { Clock } from "#domain/clock.ts";
import { isMeant, sizeOfAnswer, usualCacheBytes } from "#link/cache.ts";
import type { AnswerToKeep, Cache, CachedAnswer, CachePurge, CacheUse } from "#link/cache.ts";

interface Kept extends AnswerToKeep {
  readonly bytes: number;
  readonly expiresAt: number;
}

/** What was asked for least lately goes first. */
export class MemoryCache implements Cache {
  readonly #kept = new Map<string, Kept>();
  readonly #clock: Clock;
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(clock: Clock, mostBytes: number = usualCacheBytes) {
    this.#clock = clock;
    this.#mostBytes = mostBytes;
  }

  find(name: string): CachedAnswer | null {
    const kept = this.#kept.get(name);
    if (kept === undefined) return null;
    this.#kept.delete(name);
    if (kept.expiresAt <= this.#clock.monotonic()) {
      this.#bytes -= kept.bytes;
      return null;
    }
    this.#kept.set(name, kept);
    return kept.answer;
  }

  keep(given: AnswerToKeep): void {
    const bytes = sizeOfAnswer(given);
    this.#drop(given.name);
    // It would drive out all others.
    if (bytes > this.#mostBytes) return;
    const now = this.#clock.monotonic();
    this.#kept.set(given.name, { ...given, bytes, expiresAt: now + given.lifetimeMs });
    this.#bytes += bytes;
    for (const [name, { expiresAt }] of this.#kept) {
      if (this.#bytes <= this.#mostBytes && expiresAt > now) return;
      this.#drop(name);
    }
  }

  purge(what: CachePurge): number {
    const before = this.#kept.size;
    for (const [name, kept] of this.#kept) if (isMeant(what, kept)) this.#drop(name);
    return before - this.#kept.size;
  }

  use(): CacheUse {
    return { entries: this.#kept.size, bytes: this.#bytes };
  }

  #drop(name: string): void {
    this.#bytes -= this.#kept.get(name)?.bytes ?? 0;
    this.#kept.delete(name);
  }
}
