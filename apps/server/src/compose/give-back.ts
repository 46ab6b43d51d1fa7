import { performance } from "node:perf_hooks";
import { compactHeap } from "#gateway/heavy-work/compact-heap.ts";
import type { HeldBytes } from "#gateway/http/held-bytes.ts";

const lookEveryMs = 3_000;
/**
 * So often one after the other nobody must have asked anything. What is compiled goes with the objects that it was compiled for, which
 * are there only while requests are: behind a full collection a large request cost twice as much for some seconds.
 */
const idleLooks = 4;
/** So many bytes of buffers that nobody holds any more are worth a collection. */
const worthBufferBytes = 32 * 2 ** 20;
/** Of a heap, what is garbage or empty: a start leaves as much. */
const worthHeapBytes = 16 * 2 ** 20;
/** The share of its time that an event loop works which nobody uses is some 0.006; three requests a second are more than this. */
const idleUtilization = 0.01;

/**
 * Gives memory back after many or large requests, and after the start. An idle process does not collect garbage by itself, and what
 * was taken would stay taken. Only while nothing is held for anybody, who would wait for it. Answers its end.
 */
export function startGivingBack(heldBytes: HeldBytes): () => void {
  /** What a collection left is in use. */
  let usedBufferBytes = 0;
  let usedHeapBytes = 0;
  let lastLook = performance.eventLoopUtilization();
  let idleFor = 0;
  const timer = setInterval(() => {
    const look = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(look, lastLook);
    lastLook = look;
    idleFor = utilization < idleUtilization ? idleFor + 1 : 0;
    const { arrayBuffers, heapTotal } = process.memoryUsage();
    const hasBuffers = arrayBuffers - usedBufferBytes >= worthBufferBytes;
    const hasHeap = heapTotal - usedHeapBytes >= worthHeapBytes;
    if (idleFor < idleLooks || heldBytes.total > 0 || !(hasBuffers || hasHeap)) return;
    compactHeap();
    const left = process.memoryUsage();
    usedBufferBytes = left.arrayBuffers;
    usedHeapBytes = left.heapTotal;
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
