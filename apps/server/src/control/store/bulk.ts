// Statements over many rows, as text that is made once per number of rows and kept: building thousands of
// Kysely nodes for every batch would cost the event loop more than all else that is done with a usage record.

import { CompiledQuery, type Kysely } from "kysely";
import type { Engine } from "./database.ts";
import type { Tables } from "./tables.ts";

/** Times some forty columns, this stays below SQLite's 32,766 and PostgreSQL's 65,535 parameters. */
const rowsPerStatement = 100;

export type Value = string | number | null;

export interface BulkStatement {
  /** SQL type of each column, where the engine cannot tell it from the statement. */
  readonly casts?: readonly string[];
  readonly width: number;
  /** The statement around the list of rows `(?, ?), (?, ?)`. */
  text(rows: string): string;
}

export interface BulkRunner<Item, Row> {
  run(transaction: Kysely<Tables>, items: readonly Item[]): Promise<readonly Row[]>;
}

/** Rows are made of their items as they are sent, so that no long list is made in one go. */
export function prepareBulk<Item, Row = never>(
  engine: Engine,
  statement: BulkStatement,
  toRow: (item: Item) => readonly Value[],
): BulkRunner<Item, Row> {
  const texts = new Map<number, string>();
  const textFor = (count: number): string => {
    const text = texts.get(count) ?? statement.text(placeholders(engine, statement, count));
    texts.set(count, text);
    return text;
  };
  return {
    async run(transaction, items) {
      const results: Row[] = [];
      for (let at = 0; at < items.length; at += rowsPerStatement) {
        const slice = items.slice(at, at + rowsPerStatement);
        const query = CompiledQuery.raw(textFor(slice.length), slice.flatMap(toRow));
        for (const row of (await transaction.executeQuery<Row>(query)).rows) results.push(row);
      }
      return results;
    },
  };
}

function placeholders(engine: Engine, { width, casts = [] }: BulkStatement, count: number): string {
  const rows: string[] = [];
  for (let row = 0; row < count; row += 1) {
    const cells: string[] = [];
    for (let column = 0; column < width; column += 1) {
      const parameter = engine.parameter(row * width + column + 1);
      const cast = casts[column];
      cells.push(cast === undefined ? parameter : `cast(${parameter} as ${cast})`);
    }
    rows.push(`(${cells.join(", ")})`);
  }
  return rows.join(", ");
}
