// Requests of this process that are under way and whose answers others wait for, who asked the same a little later.
// Invariant: who is waited for always says how it ended.

import type { CachedAnswer } from "#link/cache.ts";

/** `left`: its client did not wait for it, or lost its right to: somebody else may try. `failed`: nobody need wait for another try. */
export type Landing =
  | { readonly kind: "answered"; readonly answer: CachedAnswer }
  | { readonly kind: "left" }
  | { readonly kind: "failed" };

/** Of the one who asks for all. */
export class Flight {
  readonly #end: () => void;
  readonly #waiting: ((landing: Landing) => void)[] = [];
  #hasLanded = false;

  constructor(end: () => void) {
    this.#end = end;
  }

  /** Calls back once, from the one who asks. */
  follow(callback: (landing: Landing) => void): void {
    this.#waiting.push(callback);
  }

  /** Only the first landing counts. */
  land(landing: Landing): void {
    if (this.#hasLanded) return;
    this.#hasLanded = true;
    this.#end();
    for (const callback of this.#waiting) callback(landing);
  }
}

export class Flights {
  readonly #byName = new Map<string, Flight>();

  /** The one under way; null where there is none. */
  find(name: string): Flight | null {
    return this.#byName.get(name) ?? null;
  }

  begin(name: string): Flight {
    const flight = new Flight(() => this.#byName.delete(name));
    this.#byName.set(name, flight);
    return flight;
  }
}
