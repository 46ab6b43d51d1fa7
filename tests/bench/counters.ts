// What a decision over shared counters costs, by how many threads decide at the same time.
// node tests/bench/counters.ts [--decisions 200000]

import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { createSharedMemory, usualSize } from "../../apps/server/src/link/shared/layout.ts";
import type { ThreadPlan, ThreadTimes } from "./counters-thread.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { readNumber } from "./options.ts";
import { percentile, sortNumbers } from "./statistics.ts";

const { values } = parseArgs({ options: { decisions: { type: "string", default: "200000" } } });
const decisions = readNumber("decisions", values.decisions, 5_000_000);

interface Contention {
  readonly name: string;
  readonly keys: number;
  readonly isShared: boolean;
  readonly pauseMicros: number;
}

const contentions: readonly Contention[] = [
  { name: "one key for all threads, without a pause", keys: 1, isShared: true, pauseMicros: 0 },
  { name: "1,000 keys for all threads, without a pause", keys: 1_000, isShared: true, pauseMicros: 0 },
  { name: "1,000 keys a thread, 20 µs of other work between decisions", keys: 1_000, isShared: false, pauseMicros: 20 },
];

function runThread(plan: ThreadPlan): Promise<ThreadTimes> {
  const worker = new Worker(new URL("./counters-thread.ts", import.meta.url), { workerData: plan });
  return new Promise((resolve, reject) => {
    worker.once("message", (times: ThreadTimes) => resolve(times));
    worker.once("error", reject);
  });
}

async function measure(threads: number, contention: Contention): Promise<readonly ThreadTimes[]> {
  const memory = createSharedMemory(usualSize(threads + 1, 2 ** 30));
  const ready = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  return Promise.all(
    Array.from({ length: threads }, (_, seat) =>
      runThread({ memory, ready, threads, seat, decisions, warmUp: Math.min(20_000, decisions), ...contention }),
    ),
  );
}

function row(name: string, all: readonly Float64Array[]): string {
  const sorted = sortNumbers(all.flatMap((times) => [...times]));
  const micros = [50, 90, 99, 99.9].map((percent) => (percentile(sorted, percent) / 1_000).toFixed(2).padStart(9));
  const longestMs = ((sorted.at(-1) ?? 0) / 1e6).toFixed(1).padStart(9);
  return `${name.padEnd(22)}${micros.join("")}${longestMs}`;
}

process.stdout.write(`${machineSentence(describeMachine())}\n`);
for (const contention of contentions) {
  process.stdout.write(`\n${contention.name}\n`);
  process.stdout.write(`${"µs".padEnd(22)}      p50      p90      p99    p99.9   max ms\n`);
  for (const threads of [1, 2, 4]) {
    const all = await measure(threads, contention);
    process.stdout.write(
      `${row(
        `${threads} threads, reserve`,
        all.map(({ reserve }) => reserve),
      )}\n`,
    );
    process.stdout.write(
      `${row(
        `${threads} threads, settle`,
        all.map(({ settle }) => settle),
      )}\n`,
    );
    const perSecond = all.reduce((sum, { elapsedMs }) => sum + decisions / elapsedMs, 0) * 1_000;
    process.stdout.write(`${" ".repeat(22)}  ${Math.round(perSecond)} requests/s\n`);
  }
}
