// A usage record as a statement of its own, for an engine that runs one for each row. Most columns of most rows say that there was
// nothing: that stands in the text of the statement, since to bind a value costs more than to store it.

import type { UsageRecord } from "#domain/usage-record.ts";
import type { Value } from "#control/store/bulk.ts";
import { columns, valueIn } from "./usage-columns.ts";

export interface ShapedRow {
  /** Which columns have a parameter: rows of one shape have the same statement. */
  readonly shape: number;
  readonly parameters: Value[];
}

/** As many as a number has bits to tell apart exactly. Columns behind them have a parameter in every row. */
const shapedColumns = 52;

/** Throws a RangeError at a number that no engine may store. */
export function toShapedRow(record: UsageRecord): ShapedRow {
  const parameters: Value[] = [];
  let shape = 0;
  for (let place = 0, bit = 1; place < columns.length; place += 1, bit *= 2) {
    const column = columns[place];
    if (column === undefined) break;
    const value = valueIn(column, record);
    if (value === column.usual && place < shapedColumns) continue;
    parameters.push(value);
    if (place < shapedColumns) shape += bit;
  }
  // It stands in the row twice.
  parameters.push(record.id);
  return { shape, parameters };
}

const literals: Readonly<Record<string, string>> = { "": "''", 0: "0", null: "null" };

/** The values of the row in the order of `usageColumns`, as SQL. */
export function cellsOf(shape: number): readonly string[] {
  const cells = columns.map(({ usual }, place) => {
    const isParameter = place >= shapedColumns || Math.floor(shape / 2 ** place) % 2 === 1;
    return isParameter ? "?" : (literals[String(usual)] ?? "?");
  });
  return [...cells, "?"];
}
