// What targets are at, and how soon they begin to answer: what the strategies `latency`, `least-busy` and `auto` go by. Of each gateway by itself.
// Invariant: only of targets that such an alias has asked about is anything counted, so that all other requests pay nothing for it.

import { crossesAs } from "@ghostllm/llm";
import type { Operation } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { TargetPace } from "#domain/target-report.ts";
import { pathOf } from "#domain/target-path.ts";

export interface WorkQuery {
  readonly target: Target;
  readonly operation: Operation;
  /** A stream begins sooner than an answer is whole: the two are measured apart. */
  readonly stream: boolean;
}

/** Within this what was measured is worth a third: one that was slow is tried again when others have not become slower. */
const memoryMs = 30_000;
/** A failure is no quick answer, however quickly it came. */
const leastFailureMs = 1_000;
/** What a target that was never measured counts as while its first request is under way. */
const unknownMs = 3_600_000;
/** Targets that are remembered; the one that was asked about first makes room. */
const mostTargets = 10_000;

/** Time until the first word: a peak at once, and from then on slowly what is usual. */
interface Pace {
  ms: number;
  /** When that was measured, by the monotonic clock. */
  at: number;
  /** Requests that wait for their first word. */
  waiting: number;
}

interface State {
  running: number;
  readonly paces: Map<string, Pace>;
}

export class TargetWork {
  readonly #states = new Map<string, State>();

  /** Requests that the target works on now. From now on they are counted. */
  running(target: Target): number {
    return this.#watch(target).running;
  }

  /** How long the first word of one more request is to be waited for; 0 for a target that nobody has tried. */
  expectedMs({ target, ...kind }: WorkQuery, now: number): number {
    const pace = this.#watch(target).paces.get(nameOf(kind));
    if (pace === undefined) return 0;
    if (pace.ms === 0) return pace.waiting * unknownMs;
    return decayed(pace, now) * (pace.waiting + 1);
  }

  /** The same, where something can be said of a target that was not measured, or long ago. */
  foretoldMs({ target, ...kind }: WorkQuery, now: number, usualMs: number): number {
    const pace = this.#watch(target).paces.get(nameOf(kind));
    if (pace === undefined) return usualMs;
    const weight = pace.ms === 0 ? 0 : Math.exp((pace.at - now) / memoryMs);
    return (pace.ms * weight + usualMs * (1 - weight)) * (pace.waiting + 1);
  }

  /** Of all that were measured, what is usual now. */
  paces(now: number): readonly TargetPace[] {
    return [...this.#states].flatMap(([path, { paces }]) =>
      [...paces].flatMap(([name, pace]) => {
        const [operation = "", kind] = name.split(" ");
        return pace.ms === 0
          ? []
          : [{ path, operation, stream: kind === "streamed", ms: Math.round(decayed(pace, now)) }];
      }),
    );
  }

  /** Null where nobody wants to know. `now` is of the monotonic clock. */
  begin({ target, ...kind }: WorkQuery, now: number): Work | null {
    if (this.#states.size === 0) return null;
    const state = this.#states.get(pathOf(target));
    return state === undefined ? null : new Work(state, paceOf(state, nameOf(kind), now), now);
  }

  #watch(target: Target): State {
    const path = pathOf(target);
    const known = this.#states.get(path);
    if (known !== undefined) return known;
    const [oldest] = this.#states.keys();
    if (oldest !== undefined && this.#states.size >= mostTargets) this.#states.delete(oldest);
    const state = { running: 0, paces: new Map() };
    this.#states.set(path, state);
    return state;
  }
}

/** One attempt at a target, from when it is asked until nothing more of it is awaited. */
export class Work {
  readonly #state: State;
  readonly #pace: Pace;
  readonly #startedAt: number;
  #isWaiting = true;
  #isRunning = true;

  constructor(state: State, pace: Pace, now: number) {
    this.#state = state;
    this.#pace = pace;
    this.#startedAt = now;
    state.running += 1;
    pace.waiting += 1;
  }

  /** It has begun to answer. */
  answered(now: number): void {
    this.#learn(now - this.#startedAt, now);
  }

  /** It failed, by its own fault. */
  failed(now: number): void {
    this.#learn(Math.max(now - this.#startedAt, 2 * decayed(this.#pace, now), leastFailureMs), now);
  }

  /** To be called once more than needed sooner than not at all. Who gave up waiting has seen how long it took at least. */
  end(now: number): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#state.running -= 1;
    const waitedMs = now - this.#startedAt;
    if (waitedMs >= leastFailureMs && waitedMs > decayed(this.#pace, now)) this.#learn(waitedMs, now);
    this.#stopWaiting();
  }

  #learn(ms: number, now: number): void {
    if (!this.#isWaiting) return;
    this.#stopWaiting();
    const pace = this.#pace;
    const known = decayed(pace, now);
    const weight = Math.exp((pace.at - now) / memoryMs);
    pace.ms = pace.ms === 0 || ms > known ? Math.max(1, ms) : pace.ms * weight + ms * (1 - weight);
    pace.at = now;
  }

  #stopWaiting(): void {
    if (this.#isWaiting) this.#pace.waiting -= 1;
    this.#isWaiting = false;
  }
}

function decayed({ ms, at }: Pace, now: number): number {
  return ms * Math.exp((at - now) / memoryMs);
}

function paceOf({ paces }: State, name: string, now: number): Pace {
  const known = paces.get(name);
  if (known !== undefined) return known;
  const pace = { ms: 0, at: now, waiting: 0 };
  paces.set(name, pace);
  return pace;
}

/** Operations that are one in other dialects are one here. */
function nameOf({ operation, stream }: Omit<WorkQuery, "target">): string {
  return `${crossesAs(operation) ?? operation} ${stream ? "streamed" : "whole"}`;
}
