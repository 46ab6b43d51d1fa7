import type { Clock } from "#domain/clock.ts";
import { failureMs } from "#link/askers.ts";
import type { Askers, Asking } from "#link/askers.ts";

interface Asked {
  /** Null: nobody, at the moment. */
  asker: string | null;
  failures: number;
  expiresAt: number;
}

/** The one that was touched least lately comes first. */
export class MemoryAskers implements Askers {
  readonly #byName = new Map<string, Asked>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(name: string, asker: string, leaseMs: number): Asking {
    const now = this.#clock.monotonic();
    this.#dropExpired(now);
    const known = this.#byName.get(name);
    const failures = known?.failures ?? 0;
    const isOthers = known !== undefined && known.asker !== null && known.asker !== asker && known.expiresAt > now;
    if (isOthers) return { isMine: false, failures };
    this.#put(name, { asker, failures, expiresAt: now + leaseMs });
    return { isMine: true, failures };
  }

  release(name: string, asker: string, hasFailed: boolean): void {
    const known = this.#byName.get(name);
    if (known?.asker !== asker) return;
    const failures = known.failures + (hasFailed ? 1 : 0);
    this.#byName.delete(name);
    if (failures > 0) this.#put(name, { asker: null, failures, expiresAt: this.#clock.monotonic() + failureMs });
  }

  #put(name: string, asked: Asked): void {
    this.#byName.delete(name);
    this.#byName.set(name, asked);
  }

  #dropExpired(now: number): void {
    for (const [name, { expiresAt }] of this.#byName) {
      if (expiresAt > now) return;
      this.#byName.delete(name);
    }
  }
}
