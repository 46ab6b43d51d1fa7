import type { Store } from "#control/store/store.ts";
import type { JournalSource, JournalLines } from "#link/journal/journal.ts";

export interface LedgerEvents {
  recordsDrained(count: number): void;
  drainFailed(error: unknown): void;
  recordRejected(id: string, reason: string): void;
}

/** Who wants to see what was stored. */
export interface StoredLines {
  /** Nobody looks most of the time, and then nothing is copied. */
  readonly isWanted: boolean;
  tell(lines: Buffer): void;
}

export interface DrainDeps {
  readonly journal: JournalSource;
  readonly store: Pick<Store, "usage">;
  readonly events: LedgerEvents;
  readonly onStored?: StoredLines | undefined;
}

/** Stores a batch and acknowledges it. Answers how many of its records were new. Rejects while the store is unavailable. */
export async function drainBatch(
  { journal, store, events, onStored }: DrainDeps,
  { text, position }: JournalLines,
): Promise<number> {
  if (position === null) return 0;
  // The store keeps what it is given.
  const copy = onStored?.isWanted === true ? Buffer.from(text) : null;
  const { stored, added, refused } = await store.usage.drain(text);
  if (copy !== null) onStored?.tell(copy);
  await journal.setAside(refused);
  await journal.acknowledge(position);
  for (const { id, reason } of refused) events.recordRejected(id, reason);
  events.recordsDrained(stored);
  return added;
}
