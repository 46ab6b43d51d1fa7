/** Time as a value that tests can replace. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Ms that never go backwards, with a fraction: for durations. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** A value that is at hand, or will be: where it is at hand nobody awaits it. */
export type Awaitable<Value> = Value | Promise<Value>;
