/**
 * The right to admit requests, which ends by itself where it is not renewed: limits and budgets are counted in one process,
 * so no other may begin before this one has stopped. Asked at every admission, since a process may have been paused.
 */
export interface Lease {
  /** `now` is of the monotonic clock. */
  holds(now: number): boolean;
}
