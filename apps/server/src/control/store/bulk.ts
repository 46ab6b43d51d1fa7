// Statements over many rows, as text that is made once per number of rows and kept: building thousands of
// Kysely nodes for every batch would cost the event loop more than all else that is done with a usage record. Where the connection is in
// the same thread, one row after the other: there a statement costs little to run, and one that differs with each batch much to prepare.

import { CompiledQuery, type Kysely } from "kysely";
import type { Engine, PreparedStatement } from "./database.ts";
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
  if (engine.prepare !== null) return rowByRow(engine, engine.prepare, statement, toRow);
  const texts = new Map<string, string>();
  const textFor = (shape: Shape): string => {
    const name = `${shape.rows} ${shape.cells.join()}`;
    const known = texts.get(name);
    if (known !== undefined) return known;
    const text = statement.text(rowsOf(engine, statement, shape));
    if (texts.size >= mostTexts) texts.clear();
    texts.set(name, text);
    return text;
  };
  return {
    async run(transaction, items) {
      const results: Row[] = [];
      for (let at = 0; at < items.length; at += rowsPerStatement) {
        const rows = items.slice(at, at + rowsPerStatement).map(toRow);
        const cells = cellsOf(rows, statement.width);
        const query = CompiledQuery.raw(textFor({ rows: rows.length, cells }), parametersOf(rows, cells));
        for (const row of (await transaction.executeQuery<Row>(query)).rows) results.push(row);
      }
      return results;
    },
  };
}

function rowByRow<Item, Row>(
  engine: Engine,
  prepare: NonNullable<Engine["prepare"]>,
  statement: BulkStatement,
  toRow: (item: Item) => readonly Value[],
): BulkRunner<Item, Row> {
  let prepared: PreparedStatement | null = null;
  return {
    async run(_transaction, items) {
      const cells = Array.from({ length: statement.width }, () => null);
      prepared ??= prepare(statement.text(rowsOf(engine, statement, { rows: 1, cells })));
      const results: Row[] = [];
      for (const item of items) {
        // The types of rows are those of tables.ts, which the migrations make true.
        for (const row of prepared(toRow(item)).rows) results.push(row as Row);
      }
      return results;
    },
  };
}

/** Of a statement: how many rows it has, and by column what stands in all of them; null where that is a parameter. */
interface Shape {
  readonly rows: number;
  readonly cells: readonly (string | null)[];
}

/** They vary by what the rows of a moment have in common. */
const mostTexts = 500;

/**
 * Most columns of most rows say that there was nothing. Where all rows of a statement do, its text says so: to bind a value costs
 * more than to store it.
 */
function cellsOf(rows: readonly (readonly Value[])[], width: number): readonly (string | null)[] {
  const [first = [], ...others] = rows;
  return Array.from({ length: width }, (_, column) => {
    const literal = literalOf(first[column]);
    return literal !== null && others.every((row) => row[column] === first[column]) ? literal : null;
  });
}

function literalOf(value: Value | undefined): string | null {
  if (value === null) return "null";
  if (value === 0) return "0";
  return value === "" ? "''" : null;
}

function parametersOf(rows: readonly (readonly Value[])[], cells: Shape["cells"]): Value[] {
  const parameters: Value[] = [];
  for (const row of rows) {
    for (const [column, value] of row.entries()) if (cells[column] === null) parameters.push(value);
  }
  return parameters;
}

function rowsOf(engine: Engine, { casts = [] }: BulkStatement, { rows, cells }: Shape): string {
  let parameters = 0;
  const row = (): string => {
    const texts = cells.map((literal, column) => {
      const cell = literal ?? engine.parameter((parameters += 1));
      const cast = casts[column];
      return cast === undefined ? cell : `cast(${cell} as ${cast})`;
    });
    return `(${texts.join(", ")})`;
  };
  return Array.from({ length: rows }, row).join(", ");
}
