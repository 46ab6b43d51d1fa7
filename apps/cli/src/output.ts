// What a command prints: one JSON document with --json, otherwise text and aligned tables for people.

export interface Output {
  readonly isJson: boolean;
  /** With --json the value; otherwise the lines. */
  show(value: unknown, lines: readonly string[]): void;
  /** A table of the rows; `none` where there are none. */
  table<Row>(rows: readonly Row[], columns: Columns<Row>, none: string): void;
}

export type Columns<Row> = Readonly<Record<string, (row: Row) => string>>;

type Write = (text: string) => void;

export function createOutput(write: Write, isJson: boolean): Output {
  const show: Output["show"] = (value, lines) =>
    write(isJson ? `${JSON.stringify(value, null, 2)}\n` : lines.map((line) => `${line}\n`).join(""));
  return {
    isJson,
    show,
    table: (rows, columns, none) => show({ data: rows }, rows.length === 0 ? [none] : formatTable(rows, columns)),
  };
}

function formatTable<Row>(rows: readonly Row[], columns: Columns<Row>): readonly string[] {
  const cells = [
    Object.keys(columns).map((name) => name.toUpperCase()),
    ...rows.map((row) => Object.values(columns).map((read) => printable(read(row)))),
  ];
  const widths = Object.keys(columns).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Names come from other people: control characters must not move the cursor of whoever reads the table. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}

export function orDash(text: string | null): string {
  return text ?? "-";
}

/** `12.5 of 20`, or what was spent where there is no budget. */
export function spentOf(spent: string, budget: string | null): string {
  return budget === null ? spent : `${spent} of ${budget}`;
}
