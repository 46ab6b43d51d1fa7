// Slows down those who guess passwords. Counts in memory, bounded: the oldest entries make room for new ones.

import type { Clock } from "#domain/clock.ts";

const largestWaitMs = 15 * 60 * 1000;
const firstWaitMs = 1000;
const forgetAfterMs = 60 * 60 * 1000;

interface Failures {
  readonly count: number;
  /** By the monotonic clock. */
  readonly blockedUntil: number;
  readonly last: number;
}

export interface Damper {
  /** How long `subject` has to wait before its next try; 0 when it may go on. */
  waitMs(subject: string): number;
  fail(subject: string): void;
  succeed(subject: string): void;
}

interface DamperOptions {
  /** Failures without a wait. */
  readonly free: number;
  readonly capacity: number;
  readonly clock: Clock;
}

export function createDamper({ free, capacity, clock }: DamperOptions): Damper {
  const failures = new Map<string, Failures>();

  function recall(subject: string): Failures | undefined {
    const found = failures.get(subject);
    if (found === undefined || clock.monotonic() - found.last < forgetAfterMs) return found;
    failures.delete(subject);
    return undefined;
  }

  return {
    waitMs: (subject) => Math.max(0, (recall(subject)?.blockedUntil ?? 0) - clock.monotonic()),
    fail(subject) {
      const count = (recall(subject)?.count ?? 0) + 1;
      const waitMs = count < free ? 0 : Math.min(largestWaitMs, firstWaitMs * 2 ** (count - free));
      failures.delete(subject);
      failures.set(subject, { count, blockedUntil: clock.monotonic() + waitMs, last: clock.monotonic() });
      const [oldest] = failures.keys();
      if (failures.size > capacity && oldest !== undefined) failures.delete(oldest);
    },
    succeed: (subject) => void failures.delete(subject),
  };
}
