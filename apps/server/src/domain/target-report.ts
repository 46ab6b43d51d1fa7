// What one gateway knows of targets, as it tells those who look at it: plain data, with times that are counted from when it is told.

import type { RestedTarget, RestReason } from "./target-rest.ts";

export type TargetState = "closed" | "open" | "half_open" | "parked";

/** Of one target at one operation, since it has failed. */
export interface TargetStanding extends RestedTarget {
  /** For all. */
  readonly state: TargetState;
  /** Null where it is closed. */
  readonly reason: RestReason | null;
  /** Ms since it does not answer as others do; null where it is closed. */
  readonly forMs: number | null;
  /** Ms that its rest still takes. */
  readonly restMs: number;
  /** For how many callers alone it rests, and how long it still does for one of them. */
  readonly callers: number;
  readonly callersRestMs: number;
  /** Of the last while. */
  readonly attempts: number;
  readonly failed: number;
  readonly slow: number;
}

/** Of one target, where it is measured. */
export interface TargetPace {
  readonly path: string;
  readonly operation: string;
  readonly stream: boolean;
  /** Until the first word of a stream, or until an answer is whole. */
  readonly ms: number;
}

/** Of one limit, by what the vendor has said. */
export interface LimitLeft {
  readonly amount: number;
  readonly resetMs: number;
}

export interface TargetLeft {
  readonly path: string;
  readonly requests: LimitLeft | null;
  readonly tokens: LimitLeft | null;
}

/** Of those who wait until a target of an alias has room. */
export interface QueueReport {
  readonly aliasId: string;
  readonly waiting: number;
  /** Teams, and users without one, of whom somebody waits. */
  readonly lines: number;
  readonly longestMs: number;
}

export interface GatewayReport {
  readonly standings: readonly TargetStanding[];
  readonly paces: readonly TargetPace[];
  readonly left: readonly TargetLeft[];
  /** Requests that are with each target, by its path. */
  readonly running: ReadonlyMap<string, number>;
  readonly queues: readonly QueueReport[];
}
