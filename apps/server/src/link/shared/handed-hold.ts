import type { CountedScope } from "#link/counters.ts";

/** What a request holds, on its way from the thread that has admitted it to the one that will settle it. Plain data. */
export interface HandedHold {
  readonly id: string;
  readonly scopes: readonly CountedScope[];
  readonly tokens: number;
  readonly costNanos: number;
  /** By the clock that all threads have in common. */
  readonly since: number;
  readonly expiresAt: number;
  readonly isReleased: boolean;
  /** In whose columns it is, and in which of the lives of that seat. */
  readonly seat: number;
  readonly life: number;
}
