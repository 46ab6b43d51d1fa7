import { compactHeap } from "#gateway/heavy-work/compact-heap.ts";
import type { HeldBytes } from "#gateway/http/held-bytes.ts";

const lookEveryMs = 5_000;
/** So many bytes of buffers that nobody holds any more are worth a collection. */
const worthBytes = 32 * 2 ** 20;

/**
 * Gives memory back after many or large requests. An idle process does not collect garbage by itself, and what large bodies
 * took would stay taken. Only while nothing is held for anybody, who would wait for it, and only where the process was started
 * with `--expose-gc`, as `npm start` does. Answers its end.
 */
export function startGivingBack(heldBytes: HeldBytes): () => void {
  /** What a collection left is in use. */
  let usedBytes = 0;
  const timer = setInterval(() => {
    if (heldBytes.total > 0 || process.memoryUsage().arrayBuffers - usedBytes < worthBytes) return;
    compactHeap();
    usedBytes = process.memoryUsage().arrayBuffers;
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
