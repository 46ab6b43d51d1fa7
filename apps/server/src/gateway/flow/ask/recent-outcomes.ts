/** Of one attempt. A success that took too long is `slow`. */
export type AttemptOutcome = "answered" | "slow" | "failed";

export interface OutcomeCounts {
  readonly attempts: number;
  readonly failed: number;
  readonly slow: number;
}

interface Slot {
  /** Which part of time it is of. */
  part: number;
  attempts: number;
  failed: number;
  slow: number;
}

/** What is older leaves by so many parts of the window. */
const parts = 6;

/** What attempts of the last while came to. */
export class RecentOutcomes {
  readonly #partMs: number;
  readonly #slots: Slot[] = [];

  constructor(windowMs: number) {
    this.#partMs = windowMs / parts;
  }

  add(outcome: AttemptOutcome, now: number): void {
    const slot = this.#slotAt(Math.floor(now / this.#partMs));
    slot.attempts += 1;
    if (outcome !== "answered") slot[outcome] += 1;
  }

  count(now: number): OutcomeCounts {
    const oldest = Math.floor(now / this.#partMs) - parts;
    const [counts, recent] = [{ attempts: 0, failed: 0, slow: 0 }, this.#slots.filter(({ part }) => part > oldest)];
    for (const { attempts, failed, slow } of recent) {
      counts.attempts += attempts;
      counts.failed += failed;
      counts.slow += slow;
    }
    return counts;
  }

  clear(): void {
    this.#slots.length = 0;
  }

  #slotAt(part: number): Slot {
    const place = part % parts;
    const known = this.#slots[place];
    if (known?.part === part) return known;
    const slot = { part, attempts: 0, failed: 0, slow: 0 };
    this.#slots[place] = slot;
    return slot;
  }
}
