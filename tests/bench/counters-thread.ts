// One of the threads of counters.ts: decides as fast as it can, and tells how long each decision took.

import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../apps/server/src/domain/clock.ts";
import type { LimitedScope } from "../../apps/server/src/domain/principal.ts";
import { SharedCounters } from "../../apps/server/src/link/shared/shared-counters.ts";

export interface ThreadPlan {
  readonly memory: SharedArrayBuffer;
  readonly seat: number;
  /** Of one counter: how many threads are ready. */
  readonly ready: SharedArrayBuffer;
  readonly threads: number;
  readonly decisions: number;
  readonly warmUp: number;
  /** Of keys in use by each thread, and whether all threads use the same ones. */
  readonly keys: number;
  readonly isShared: boolean;
  /** Of work between two decisions. */
  readonly pauseMicros: number;
}

/** Nanoseconds of each. */
export interface ThreadTimes {
  readonly reserve: Float64Array;
  readonly settle: Float64Array;
  readonly elapsedMs: number;
}

function limited(kind: "key" | "user", id: string): LimitedScope {
  const limits = { requestsPerMinute: 1e9, tokensPerMinute: 1e12, concurrentRequests: 1e6 };
  return { kind, id, limits, budgetNanos: 1e15 };
}

function principalsOf({ keys, isShared, seat }: ThreadPlan): readonly (readonly LimitedScope[])[] {
  const owner = isShared ? 0 : seat;
  return Array.from({ length: keys }, (_, index) => {
    const id = `01989c2b-7f00-7000-8000-${String(owner * 1e6 + index).padStart(12, "0")}`;
    return [limited("key", id), limited("user", id.replace("01989c2b", "01989c2c"))];
  });
}

function pause(micros: number): void {
  if (micros === 0) return;
  for (const end = performance.now() + micros / 1000; performance.now() < end;);
}

/** They begin at once, and none keeps the processor from those that are still to come. */
function waitForAll(ready: Int32Array, threads: number): void {
  Atomics.add(ready, 0, 1);
  Atomics.notify(ready, 0);
  for (let count = 0; count < threads; count = Atomics.load(ready, 0)) Atomics.wait(ready, 0, count);
}

function work(plan: ThreadPlan): ThreadTimes {
  const counters = new SharedCounters(plan.memory, systemClock, plan.seat);
  const principals = principalsOf(plan);
  const [reserve, settle] = [new Float64Array(plan.decisions), new Float64Array(plan.decisions)];
  const decide = (turn: number, index: number): void => {
    const scopes = principals[turn % principals.length] ?? [];
    const id = `${turn}`;
    const began = performance.now();
    counters.reserve({ id, scopes, tokens: 100, costNanos: 1_000, lifetimeMs: 600_000 });
    const between = performance.now();
    pause(plan.pauseMicros / 2);
    const again = performance.now();
    counters.settle({ id, tokens: 120, costNanos: 800 });
    const end = performance.now();
    reserve[index] = (between - began) * 1e6;
    settle[index] = (end - again) * 1e6;
    pause(plan.pauseMicros / 2);
  };
  for (let turn = 0; turn < plan.warmUp; turn += 1) decide(turn, 0);
  waitForAll(new Int32Array(plan.ready), plan.threads);
  const startedAt = performance.now();
  for (let turn = 0; turn < plan.decisions; turn += 1) decide(turn, turn);
  return { reserve, settle, elapsedMs: performance.now() - startedAt };
}

parentPort?.postMessage(work(workerData as ThreadPlan));
