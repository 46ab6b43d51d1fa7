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

/** Who keeps what was stored once more. */
export interface LineArchive {
  /** Resolves when the lines are kept, or cannot be. */
  append(lines: Buffer): Promise<void>;
}

export interface DrainDeps {
  readonly journal: JournalSource;
  readonly store: Pick<Store, "usage">;
  readonly events: LedgerEvents;
  readonly onStored?: StoredLines | undefined;
  /** Null: nobody does. */
  readonly archive?: LineArchive | null;
}

/** Stores a batch and acknowledges it. Answers how many of its records were new. Rejects while the store is unavailable. */
export async function drainBatch(
  { journal, store, events, onStored, archive = null }: DrainDeps,
  { text, position }: JournalLines,
): Promise<number> {
  if (position === null) return 0;
  // The store keeps what it is given.
  const isSeen = onStored?.isWanted === true;
  const copy = isSeen || archive !== null ? Buffer.from(text) : null;
  const { stored, added, refused } = await store.usage.drain(text);
  if (copy !== null && isSeen) onStored?.tell(copy);
  await journal.setAside(refused);
  // Before the journal lets them go: whoever is killed in between archives them twice, and they count once.
  if (copy !== null) await archive?.append(copy);
  await journal.acknowledge(position);
  for (const { id, reason } of refused) events.recordRejected(id, reason);
  events.recordsDrained(stored);
  return added;
}
