import type { HeldBytes } from "#gateway/held-bytes.ts";

const lookEveryMs = 5_000;
/** So many bytes of buffers that nobody holds any more are worth a collection, which takes some 30 ms. */
const worthBytes = 64 * 2 ** 20;

/**
 * Gives memory back after many or large requests. An idle process does not collect garbage by itself, and what large bodies
 * took would stay taken. Only where the process was started with `--expose-gc`, as `npm start` does. Answers its end.
 */
export function startGivingBack(heldBytes: HeldBytes): () => void {
  const { gc: collect } = globalThis;
  if (collect === undefined) return () => {};
  const timer = setInterval(() => {
    const idleBytes = process.memoryUsage().arrayBuffers - heldBytes.total;
    if (idleBytes > worthBytes) collect();
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
