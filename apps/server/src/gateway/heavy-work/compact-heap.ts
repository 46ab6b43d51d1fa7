// Garbage, collected when it suits us.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const collect = globalThis.gc ?? exposeCollector();

/** V8 gives it to what begins from now on, the threads that are started later included. */
function exposeCollector(): NodeJS.GCFunction {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as NodeJS.GCFunction;
}

/**
 * A full collection that also gives the pages back that it empties, which an ordinary one keeps. Takes 30 to 100 ms, and with the young
 * generation small again all costs half as much again for some seconds: for a thread on which nobody waits.
 */
export function compactHeap(): void {
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
}

/** What has just become garbage, such as the pieces of a body that has been joined. Takes 1 to 3 ms. */
export function collectYoung(): void {
  collect({ type: "minor", execution: "sync" });
}
