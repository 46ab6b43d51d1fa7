// One target in a thread of its own. The main thread sees at which case it is, and ends it if that never comes to an end.

import { parentPort, workerData } from "node:worker_threads";
import { runTarget } from "./run-target.ts";
import { loadSeeds } from "./seeds.ts";
import { shrink } from "./shrink.ts";
import { listTargets, makeCase } from "./targets.ts";
import type { Target } from "./targets.ts";
import type { Failure, Outcome } from "./run-target.ts";

export interface ThreadWork {
  readonly target: string;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  /** The number of the case that runs, in an array of one. */
  readonly progress: SharedArrayBuffer;
}

export interface ThreadResult {
  readonly outcome: Outcome;
  /** Smallest cases by the number of what failed. */
  readonly smallest: ReadonlyMap<number, Uint8Array>;
}

async function work({ target: name, progress, ...plan }: ThreadWork): Promise<ThreadResult> {
  const target = listTargets(loadSeeds()).find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  const shown = new Float64Array(progress);
  const outcome = await runTarget(target, {
    ...plan,
    checksGrowth: true,
    onCase: (number) => void (shown[0] = number),
  });
  const smallest = outcome.failures.map((failure): [number, Uint8Array] => [
    failure.number,
    smallestOf(target, failure),
  ]);
  return { outcome, smallest: new Map(smallest) };
}

function smallestOf(target: Target, failure: Failure): Uint8Array {
  return shrink(target, makeCase(target, failure.seed, failure.number), failure);
}

parentPort?.postMessage(await work(workerData as ThreadWork));
