import type { Askers } from "#link/askers.ts";

/** Of one who asks for all; whoever does not say so again within that time is taken for dead. */
export const leaseMs = 5_000;

interface HeldParts {
  readonly askers: Askers;
  readonly name: string;
  readonly asker: string;
}

/** It is this request that others wait for, in whatever process, until it says how it ended. */
export class HeldAsking {
  readonly #parts: HeldParts;
  readonly #timer: NodeJS.Timeout;
  #isReleased = false;

  constructor(parts: HeldParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#renew(), leaseMs / 3).unref();
  }

  /** Only the first word counts. */
  release(hasFailed: boolean): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    clearInterval(this.#timer);
    const { askers, name, asker } = this.#parts;
    void Promise.resolve(askers.release(name, asker, hasFailed)).catch(() => undefined);
  }

  #renew(): void {
    const { askers, name, asker } = this.#parts;
    void Promise.resolve(askers.take(name, asker, leaseMs)).catch(() => undefined);
  }
}
