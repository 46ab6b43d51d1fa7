// A usage record as a row of usage_logs, and back.

import { usageColumn, usageFieldNames, usageFields } from "@ghostllm/contract";
import type { UsageField, UsageFieldName } from "@ghostllm/contract";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { Value } from "#control/store/bulk.ts";
import { parseUsageStatus, storableText } from "#control/store/columns.ts";
import type { UsageRow } from "./usage-row.ts";

const maxTextLength = 1_000;

type Kind = UsageField["kind"];

const columns = usageFieldNames.map((name) => {
  const { kind, isEmptyForNull }: UsageField = usageFields[name];
  return { name, column: usageColumn(name), kind, isEmptyForNull: isEmptyForNull === true };
});

/** The record's id stands in its row twice: as the row's own, and as what it is to its reader. */
export const usageColumns: readonly string[] = [...columns.map(({ column }) => column), "request_id"];

/** The row's values in the order of `usageColumns`. Throws a RangeError at a number that no engine may store. */
export function toValues(record: UsageRecord): readonly Value[] {
  const values: Value[] = columns.map(({ name, column, kind, isEmptyForNull }) => {
    const value = record[name];
    return value === null && isEmptyForNull ? "" : storable(column, kind, value);
  });
  values.push(record.id);
  return values;
}

function storable(column: string, kind: Kind, value: UsageRecord[UsageFieldName]): Value {
  if (typeof value === "string") return storableText(value, maxTextLength);
  if (typeof value === "boolean") return value ? 1 : 0;
  // Its list is short, and JSON writes what an engine could not hold as escapes.
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  const stored = value !== null && kind === "duration" ? Math.round(value) : value;
  // SQLite would take a fraction without a word, PostgreSQL would refuse it.
  if (stored !== null && !Number.isSafeInteger(stored)) throw new RangeError(`${column} is ${stored}, not an integer`);
  return stored;
}

export function fromRow(row: UsageRow): UsageRecord {
  const record: Record<string, unknown> = {};
  for (const { name, column, kind, isEmptyForNull } of columns) {
    const value = row[column];
    record[name] = value === "" && isEmptyForNull ? null : fromColumn(kind, value);
  }
  // The table has every field: the types of both sides are made of it.
  return record as unknown as UsageRecord;
}

function fromColumn(kind: Kind, value: Value): unknown {
  if (kind === "flag") return value === 1;
  // Written above, of a record that the journal's border has checked.
  if (kind === "attempts") return typeof value === "string" ? JSON.parse(value) : null;
  return kind === "status" ? parseUsageStatus(String(value)) : value;
}
