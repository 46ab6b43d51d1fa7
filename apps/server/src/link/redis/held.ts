// What this instance holds, so that it can be told again when Redis has lost it, and settled when Redis is away.

import type { CountedScope } from "#link/counters.ts";

export interface Held {
  readonly id: string;
  readonly scopes: readonly CountedScope[];
  readonly tokens: number;
  costNanos: number;
  /** By the monotonic clock. */
  readonly expiresAt: number;
  /** `redis` has it; it was admitted `here`, or Redis may have it, because its answer did not come. */
  place: "redis" | "here" | "doubtful";
  /** More of it was granted here than Redis knows. */
  isRaised: boolean;
  /** It is settled, and its answer is on its way. */
  isLeaving: boolean;
}
