// How much is removed from the database: little by little. Invariant: it is never busy with that for long at a time, and for the most
// part of the time not at all.

import { setTimeout as sleep } from "node:timers/promises";
import type { Held } from "#control/leases/leased-work.ts";

/** Of one step: SQLite has one writer, and its thread answers nobody meanwhile. */
const stepMs = 8;
const fewest = 10;
const most = 500;
/** The next step at most, in parts of the last: one that was fast had luck. */
const growth = 1.25;
/** In parts of a step. */
const rest = 4;
const leastRestMs = 20;

/** `forget` removes so many at most, and answers how many they were. Answers their sum. */
export async function inSteps(
  forget: (size: number) => Promise<number>,
  { monotonic }: { readonly monotonic: () => number },
  held: Held,
): Promise<number> {
  let forgotten = 0;
  for (let size = 100; held.holds();) {
    const startedAt = monotonic();
    const removed = await forget(size);
    const tookMs = monotonic() - startedAt;
    forgotten += removed;
    if (removed < size) break;
    size = Math.round(Math.min(most, Math.max(fewest, size * Math.min(growth, stepMs / tookMs))));
    await sleep(Math.max(leastRestMs, tookMs * rest), undefined, { ref: false });
  }
  return forgotten;
}
