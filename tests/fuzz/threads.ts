// The targets, each in a thread, some at once. What a thread cannot say of itself is said here: that it hangs.

import { Worker } from "node:worker_threads";
import type { ThreadResult, ThreadWork } from "./fuzz-thread.ts";

/** Of the clock, since a thread that hangs cannot tell what it worked. */
const hangMs = 60_000;
const lookMs = 1_000;
/** As the main thread of a server has it: it decides how deep is too deep. */
const stackSizeMb = 1;

type Work = Omit<ThreadWork, "progress">;

export function runThread(work: Work): Promise<ThreadResult> {
  const progress = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const file = new URL("./fuzz-thread.ts", import.meta.url);
  const worker = new Worker(file, { workerData: { ...work, progress }, resourceLimits: { stackSizeMb } });
  return new Promise((resolve, reject) => {
    const watch = watchProgress(new Float64Array(progress), (number) => {
      void worker.terminate();
      resolve(hangOf(work, number));
    });
    worker.once("message", (result: ThreadResult) => resolve(result));
    worker.once("error", reject);
    worker.once("exit", () => {
      clearInterval(watch);
      reject(new Error(`the thread of ${work.target} has ended without a word`));
    });
  });
}

function watchProgress(progress: Float64Array, onHang: (number: number) => void): NodeJS.Timeout {
  let [last = 0] = progress;
  let sinceMs = performance.now();
  const look = (): void => {
    const [number = 0] = progress;
    if (number !== last) sinceMs = performance.now();
    else if (performance.now() - sinceMs > hangMs) onHang(number);
    last = number;
  };
  return setInterval(look, lookMs);
}

function hangOf({ target, seed, first }: Work, number: number): ThreadResult {
  const failures = [{ target, seed, number, reason: `does not come to an end within ${hangMs / 1000} s` }];
  const slowest = { number, ms: hangMs, bytes: 0 };
  const told = { target, cases: number - first, seconds: hangMs / 1000, slowest, heapGrowthBytes: null, failures };
  return { outcome: told, smallest: new Map() };
}
