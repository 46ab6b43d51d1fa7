import { getHeapStatistics } from "node:v8";
import { parentPort } from "node:worker_threads";
import { compactHeap } from "./compact-heap.ts";
import { runJob } from "./jobs.ts";
import type { HeavyJob } from "./jobs.ts";
import { errorToMain, jobFromMain, toMain } from "./messages.ts";
import type { JobAnswer, Posted } from "./messages.ts";

function answer(job: HeavyJob): Posted<JobAnswer> {
  try {
    return toMain(runJob(jobFromMain(job)));
  } catch (error) {
    return { message: errorToMain(error), transfer: [] };
  }
}

/** What a large job leaves behind is collected at once: here that holds nobody up, and otherwise it would stay for long. */
const worthCollectingBytes = 48 * 2 ** 20;

function collectRemains(): void {
  const { used_heap_size: heapBytes, external_memory: bufferBytes } = getHeapStatistics();
  if (heapBytes + bufferBytes > worthCollectingBytes) globalThis.gc?.();
}

const idle = setTimeout(compactHeap, 1_000).unref();

parentPort?.on("message", (job: HeavyJob) => {
  const { message, transfer } = answer(job);
  parentPort?.postMessage(message, transfer);
  collectRemains();
  // By then the job itself is no longer in use.
  idle.refresh();
});
