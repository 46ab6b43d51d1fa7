import type { Awaitable } from "#domain/clock.ts";

/** The state of one part that the server depends on, as that part itself last told it. */
export interface PartHealth {
  readonly isHealthy: boolean;
  readonly detail: string;
}

/** Where the planes tell each other how their parts are. What is not healthy degrades; it stops no traffic. */
export interface Health {
  /** Nobody waits for it: the engine sees to it. */
  report(part: string, health: PartHealth): void;
  parts(): Awaitable<ReadonlyMap<string, PartHealth>>;
}
