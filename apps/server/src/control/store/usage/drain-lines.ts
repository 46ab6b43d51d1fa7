// From the journal's lines to the tables. Runs where the database's connection is: for SQLite that is its thread.

import { GhostError } from "@ghostllm/contract";
import type { Database } from "#control/store/database.ts";
import type { Drained, RefusedLine } from "#control/store/drained.ts";
import type { Store } from "#control/store/store.ts";
import { storedObjectsIn } from "#control/store/stored-objects.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { parseLines } from "#link/journal/parse-lines.ts";
import { oldestOf } from "./oldest.ts";
import { usageInserterIn } from "./usage-insert.ts";

/** `nextTurn` lets others go on where anybody else works in this thread. */
export function drainerIn(database: Database, nextTurn: () => Promise<unknown>): Store["usage"]["drain"] {
  const insert = usageInserterIn(database);
  const { keep } = storedObjectsIn(database);
  return async (lines) => {
    const { records, objects, unreadable } = await parseLines(lines, nextTurn);
    await keep(objects);
    const { added, refused } = await insertOrRefuse(insert, records);
    const unread = unreadable.map((one): RefusedLine => ({ id: "unknown", ...one }));
    const stored = records.length - refused.length;
    return { stored, added, oldest: oldestOf(records), refused: [...unread, ...refused] };
  };
}

type Inserted = Omit<Drained, "stored" | "oldest">;

/** Halves a batch that the store refuses until the records that are to blame stand alone: one must not hold up all. */
async function insertOrRefuse(insert: Store["usage"]["insert"], records: readonly UsageRecord[]): Promise<Inserted> {
  const [record] = records;
  if (record === undefined) return { added: 0, refused: [] };
  try {
    return { added: await insert(records), refused: [] };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (records.length === 1) return { added: 0, refused: [refuse(record, error.message)] };
    const middle = Math.ceil(records.length / 2);
    const first = await insertOrRefuse(insert, records.slice(0, middle));
    const second = await insertOrRefuse(insert, records.slice(middle));
    return { added: first.added + second.added, refused: [...first.refused, ...second.refused] };
  }
}

/** The values are at fault and will be tomorrow too; every other failure is the database's and passes. */
function isRefusal(error: unknown): error is GhostError {
  return error instanceof GhostError && error.code === "invalid_request_error";
}

function refuse(record: UsageRecord, reason: string): RefusedLine {
  return { id: record.id, line: JSON.stringify(record), reason };
}
