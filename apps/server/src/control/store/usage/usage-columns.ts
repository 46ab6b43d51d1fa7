// A usage record as a row of usage_logs, and back.

import { usageColumn, usageFieldNames, usageFields } from "@ghostllm/contract";
import type { UsageField, UsageFieldName } from "@ghostllm/contract";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { Value } from "#control/store/bulk.ts";
import { parseUsageStatus, storableText } from "#control/store/columns.ts";
import type { UsageRow } from "./usage-row.ts";

const maxTextLength = 1_000;

type Kind = UsageField["kind"];

export const columns = usageFieldNames.map((name) => {
  const field: UsageField = usageFields[name];
  const { kind, isEmptyForNull } = field;
  return { name, column: usageColumn(name), kind, isEmptyForNull: isEmptyForNull === true, usual: usualOf(field) };
});

/** What most rows have in a column, as far as that can be told without knowing them. */
function usualOf({ kind, isNullable, isEmptyForNull, before }: UsageField): "" | 0 | null {
  if (isEmptyForNull === true || kind === "text" || kind === "id" || kind === "status")
    return isNullable === true && isEmptyForNull !== true ? null : "";
  return isNullable === true && before !== 0 ? null : 0;
}

/** The record's id stands in its row twice: as the row's own, and as what it is to its reader. */
export const usageColumns: readonly string[] = [...columns.map(({ column }) => column), "request_id"];

/** The row's values in the order of `usageColumns`. Throws a RangeError at a number that no engine may store. */
export function toValues(record: UsageRecord): readonly Value[] {
  const values = columns.map((column) => valueIn(column, record));
  values.push(record.id);
  return values;
}

type Column = (typeof columns)[number];

export function valueIn({ name, column, kind, isEmptyForNull }: Column, record: UsageRecord): Value {
  const value = record[name];
  return value === null && isEmptyForNull ? "" : storable(column, kind, value);
}

function storable(column: string, kind: Kind, value: UsageRecord[UsageFieldName]): Value {
  if (typeof value === "string") return storableText(value, maxTextLength);
  if (typeof value === "boolean") return value ? 1 : 0;
  // It is short, and JSON writes what an engine could not hold as escapes.
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
  if (kind === "attempts" || kind === "privacy" || kind === "why")
    return typeof value === "string" ? JSON.parse(value) : null;
  return kind === "status" ? parseUsageStatus(String(value)) : value;
}
