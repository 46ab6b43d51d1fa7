import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { FollowedJournal } from "#link/journal/followed-journal.ts";

const folder = (index: number): string => `worker-${index + 1}`;
const pattern = /^worker-[0-9]+$/;

/**
 * A journal for each worker, and behind them those that more workers of an earlier process have left with records in them. `directory`:
 * the main thread's, whose lock keeps other processes off them all.
 */
export async function openWorkerJournals(directory: string, workers: number): Promise<readonly FollowedJournal[]> {
  const seated = Array.from({ length: workers }, (_, index) => folder(index));
  const journals = await Promise.all(seated.map((name) => FollowedJournal.open(join(directory, name))));
  for (const name of (await readdir(directory)).toSorted()) {
    if (!pattern.test(name) || seated.includes(name)) continue;
    const left = await FollowedJournal.open(join(directory, name));
    if (left.pendingRecords > 0) journals.push(left);
    else await clearAway(left, join(directory, name));
  }
  return journals;
}

async function clearAway(journal: FollowedJournal, directory: string): Promise<void> {
  journal.close();
  await rm(directory, { recursive: true, force: true });
}
