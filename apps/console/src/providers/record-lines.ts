// Names and values as they are written in a form: `name: value`, one a line.

export function recordToLines(record: Readonly<Record<string, string>>): string {
  return Object.entries(record)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

/** A line without a colon is a name without a value, about which the server says what is wrong. */
export function linesToRecord(lines: string): Record<string, string> {
  const entries = lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line): [string, string] => {
      const colon = line.indexOf(":");
      return colon < 0 ? [line, ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
  return Object.fromEntries(entries);
}
