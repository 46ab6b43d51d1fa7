import { GhostError } from "@ghostllm/contract";
import type { Store } from "#control/store/store.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { Journal, JournalBatch, SetAsideLine } from "#link/journal/journal.ts";

export interface LedgerEvents {
  recordsDrained(count: number): void;
  drainFailed(error: unknown): void;
  recordRejected(id: string, reason: string): void;
}

export interface DrainDeps {
  readonly journal: Journal;
  readonly store: Pick<Store, "usage" | "storedObjects">;
  readonly events: LedgerEvents;
}

/** Stores a batch and acknowledges it. Answers how many of its records were new. Rejects while the store is unavailable. */
export async function drainBatch({ journal, store, events }: DrainDeps, batch: JournalBatch): Promise<number> {
  const { records, objects, unreadable, position } = batch;
  if (position === null) return 0;
  await store.storedObjects.keep(objects);
  const { added, refused } = await insertOrRefuse(store, records);
  await journal.setAside([...unreadable, ...refused.map(({ record, reason }) => toLine(record, reason))]);
  await journal.acknowledge(position);
  for (const { reason } of unreadable) events.recordRejected("unknown", reason);
  for (const { record, reason } of refused) events.recordRejected(record.id, reason);
  events.recordsDrained(records.length - refused.length);
  return added;
}

interface RefusedRecord {
  readonly record: UsageRecord;
  readonly reason: string;
}

interface Inserted {
  readonly added: number;
  readonly refused: readonly RefusedRecord[];
}

/** Halves a batch that the store refuses until the records that are to blame stand alone: one must not hold up all. */
async function insertOrRefuse(store: Pick<Store, "usage">, records: readonly UsageRecord[]): Promise<Inserted> {
  const [record] = records;
  if (record === undefined) return { added: 0, refused: [] };
  try {
    return { added: await store.usage.insert(records), refused: [] };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (records.length === 1) return { added: 0, refused: [{ record, reason: error.message }] };
    const middle = Math.ceil(records.length / 2);
    const first = await insertOrRefuse(store, records.slice(0, middle));
    const second = await insertOrRefuse(store, records.slice(middle));
    return { added: first.added + second.added, refused: [...first.refused, ...second.refused] };
  }
}

/** The values are at fault and will be tomorrow too; every other failure is the database's and passes. */
function isRefusal(error: unknown): error is GhostError {
  return error instanceof GhostError && error.code === "invalid_request_error";
}

function toLine(record: UsageRecord, reason: string): SetAsideLine {
  return { line: JSON.stringify(record), reason };
}
