import type { Store } from "#control/store/store.ts";
import type { Journal, JournalLines } from "#link/journal/journal.ts";

export interface LedgerEvents {
  recordsDrained(count: number): void;
  drainFailed(error: unknown): void;
  recordRejected(id: string, reason: string): void;
}

export interface DrainDeps {
  readonly journal: Journal;
  readonly store: Pick<Store, "usage">;
  readonly events: LedgerEvents;
}

/** Stores a batch and acknowledges it. Answers how many of its records were new. Rejects while the store is unavailable. */
export async function drainBatch(
  { journal, store, events }: DrainDeps,
  { text, position }: JournalLines,
): Promise<number> {
  if (position === null) return 0;
  const { stored, added, refused } = await store.usage.drain(text);
  await journal.setAside(refused);
  await journal.acknowledge(position);
  for (const { id, reason } of refused) events.recordRejected(id, reason);
  events.recordsDrained(stored);
  return added;
}
