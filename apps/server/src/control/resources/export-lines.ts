// Lines of what is exported: CSV (RFC 4180), for spreadsheets, and JSON.

export type Cell = string | number | null;

export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(toCell).join(",")}\r\n`;
}

/** The heading comes with the first rows: what begins with it has read them. */
export async function* csvOf(
  columns: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<string> {
  let heading = csvLine(columns);
  for await (const rows of pages) {
    yield heading + rows.map(csvLine).join("");
    heading = "";
  }
  if (heading !== "") yield heading;
}

/** A spreadsheet would take a name that begins like a formula for one: an apostrophe says that it is text. */
function toCell(value: Cell): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const harmless = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export async function* ndjsonOf(pages: AsyncIterable<readonly object[]>): AsyncGenerator<string> {
  for await (const rows of pages) yield rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
