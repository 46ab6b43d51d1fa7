// Garbage, collected when it suits us. Only where the process was started with `--expose-gc`, as `npm start` does: elsewhere
// these do nothing.

/**
 * A full collection that also gives the pages back that it empties, which an ordinary one keeps. Takes 30 to 100 ms: for a thread
 * on which nobody waits.
 */
export function compactHeap(): void {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}

/** What has just become garbage, such as the pieces of a body that has been joined. Takes 1 to 3 ms. */
export function collectYoung(): void {
  globalThis.gc?.({ type: "minor", execution: "sync" });
}
