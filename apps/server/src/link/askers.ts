// Who asks a vendor just now for what others want to be told, too, in whatever process they wait. Invariant: nobody holds others up for longer
// than his lease, whatever becomes of him.

import type { Awaitable } from "#domain/clock.ts";

export interface Asking {
  /** Whoever asked for it is the one who asks the vendor, or goes on being that. */
  readonly isMine: boolean;
  /** How often somebody has failed at it lately: whoever waits and sees it go up need not wait for another try. */
  readonly failures: number;
}

export interface Askers {
  take(name: string, asker: string, leaseMs: number): Awaitable<Asking>;
  /** What was answered has been kept before. */
  release(name: string, asker: string, hasFailed: boolean): Awaitable<void>;
}

/** How long a failure is remembered, for those who wait. */
export const failureMs = 10_000;
