import type { ReactNode } from "react";

export type Comparable = string | number | null;

export interface Column<Row> {
  /** In the URL, and the heading of the CSV. */
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Rows are sorted by it, found by it and written into the CSV with it. */
  readonly value: (row: Row) => Comparable;
  readonly isNumber?: true;
  /** Shown when somebody chooses it. */
  readonly isHidden?: true;
  /** The server, which arranges the rows, has no such order. */
  readonly isUnsorted?: true;
}

export interface View {
  readonly filter: string;
  readonly sort: string | null;
  readonly isDescending: boolean;
  /** The first is 1. */
  readonly page: number;
  /** Columns that are shown otherwise than they are at first. */
  readonly toggled: readonly string[];
}

export const pageSize = 50;

export function shownColumns<Shown extends { readonly id: string; readonly isHidden?: true }>(
  columns: readonly Shown[],
  view: Pick<View, "toggled">,
): readonly Shown[] {
  return columns.filter(({ id, isHidden }) => (isHidden === true) === view.toggled.includes(id));
}

/** Those that have every word of the filter, in the order of the view. */
export function arrange<Row>(rows: readonly Row[], columns: readonly Column<Row>[], view: View): readonly Row[] {
  const words = view.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length === 0 ? rows : rows.filter((row) => hasAll(row, columns, words));
  const column = columns.find(({ id }) => id === view.sort);
  if (column === undefined) return found;
  const sign = view.isDescending ? -1 : 1;
  return found.toSorted((a, b) => compare(column.value(a), column.value(b), sign));
}

function hasAll<Row>(row: Row, columns: readonly Column<Row>[], words: readonly string[]): boolean {
  const text = columns
    .map(({ value }) => value(row) ?? "")
    .join("\n")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** What is not known comes last, whichever way they are sorted. */
function compare(a: Comparable, b: Comparable, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * collator.compare(String(a), String(b));
}

/** A cell that begins like a formula would be one in a spreadsheet. */
function csvCell(value: Comparable): string {
  if (typeof value === "number") return String(value);
  const text = value ?? "";
  const safe = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = rows.map((row) => columns.map(({ value }) => csvCell(value(row))).join(","));
  return [columns.map(({ header }) => csvCell(header)).join(","), ...lines].join("\r\n");
}
