import type { Clock } from "#domain/clock.ts";
import { maxPendingAnswers } from "#link/pending-answers.ts";
import type { KeptId, PendingAnswer, PendingAnswers } from "#link/pending-answers.ts";

interface Waiting {
  readonly pending: PendingAnswer;
  /** By the monotonic clock. */
  readonly expiresAt: number;
}

export class MemoryPendingAnswers implements PendingAnswers {
  readonly #waiting = new Map<string, Waiting>();
  readonly #clock: Clock;
  readonly #maxPending: number;

  constructor(clock: Clock, limit: number = maxPendingAnswers) {
    this.#clock = clock;
    this.#maxPending = limit;
  }

  add(pending: PendingAnswer): boolean {
    const name = nameOf({ providerId: pending.target.provider.id, answerId: pending.answerId });
    if (this.#waiting.has(name)) return false;
    this.#waiting.set(name, { pending, expiresAt: this.#clock.monotonic() + pending.lifetimeMs });
    return true;
  }

  take(kept: KeptId): PendingAnswer | undefined {
    const name = nameOf(kept);
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    return waiting && restOf(waiting, this.#clock.monotonic());
  }

  takeOverdue(): readonly PendingAnswer[] {
    const now = this.#clock.monotonic();
    const tooMany = this.#waiting.size - this.#maxPending;
    return this.#takeWhere(({ expiresAt }, index) => expiresAt <= now || index < tooMany);
  }

  takeLast(): readonly PendingAnswer[] {
    return this.#takeWhere(() => true);
  }

  #takeWhere(isTaken: (waiting: Waiting, index: number) => boolean): readonly PendingAnswer[] {
    const now = this.#clock.monotonic();
    const taken = [...this.#waiting].filter(([, waiting], index) => isTaken(waiting, index));
    for (const [name] of taken) this.#waiting.delete(name);
    return taken.map(([, waiting]) => restOf(waiting, now));
  }
}

function restOf({ pending, expiresAt }: Waiting, now: number): PendingAnswer {
  return { ...pending, lifetimeMs: expiresAt - now };
}

function nameOf({ providerId, answerId }: KeptId): string {
  return `${providerId} ${answerId}`;
}
