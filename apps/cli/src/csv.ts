// Tables as CSV (RFC 4180), by which spreadsheets and other programs give and take lists.

import { CliError, exitCodes } from "./exit-codes.ts";

export type CsvRow = Readonly<Record<string, string>>;

/** The first line has the names of the columns. Rejects a row with more or fewer cells than that. */
export function parseCsv(text: string): readonly CsvRow[] {
  const [names = [], ...rows] = cellsOf(text.replace(/^\uFEFF/, "")).filter((row) => row.some((cell) => cell !== ""));
  return rows.map((row, index) => {
    if (row.length === names.length) return Object.fromEntries(names.map((name, at) => [name.trim(), row[at] ?? ""]));
    const message = `Row ${index + 1} has ${row.length} cells, and the first line names ${names.length} columns`;
    throw new CliError("invalid_file", message, exitCodes.usage);
  });
}

/** A cell that has a comma, a quote or a line's end in it stands between quotes, in which a quote is written twice. */
function cellsOf(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;
  for (;;) {
    const found = pattern.exec(text);
    if (found === null)
      throw new CliError("invalid_file", `Row ${rows.length - 1} has a quote that does not end`, exitCodes.usage);
    const [, inQuotes, plain = "", end = ""] = found;
    rows.at(-1)?.push(inQuotes?.replaceAll('""', '"') ?? plain);
    if (end === "") return rows;
    if (end !== ",") rows.push([]);
  }
}

export function writeCsv(names: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [names, ...rows].map((row) => row.map(quoted).join(","));
}

/** What begins like a formula would be one to a spreadsheet. */
function quoted(cell: string): string {
  const harmless = /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
