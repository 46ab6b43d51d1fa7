// What is measured: the fake vendor itself, nginx before it, GhostLLM before it in two lanes, or any other gateway.

import type { CpuTime } from "./process-usage.ts";

export interface Target {
  readonly name: string;
  readonly url: string;
  /** The process whose CPU and memory are counted; null where there is no proxy. */
  readonly pid: number | null;
  readonly key: string;
  readonly model: string;
  /** Beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** It reaches vendors of other dialects, too, which are played by the same fake. */
  readonly translates?: boolean;
  /** What looks at it keeps it from ever being idle. */
  readonly isProfiled?: boolean;
  /** It is the GhostLLM of another commit, to be compared with the target of this name. */
  readonly comparedWith?: string;
}

export interface Stoppable {
  stop(): Promise<void>;
}

export interface RoundResult {
  readonly requests: number;
  readonly errors: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How long the target went on working after its last answer. */
  readonly settleMs: number;
  /** Per request; null without a process to look at. */
  readonly cpu: CpuTime | null;
}
