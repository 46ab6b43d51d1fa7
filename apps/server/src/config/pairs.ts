// Lists of names and values in one text, encoded as in URLs: `one=a%20b,two=c`.

/** Null where they cannot be read. */
export function readPairs(text: string): Readonly<Record<string, string>> | null {
  const pairs: Record<string, string> = {};
  for (const part of text.split(",")) {
    if (part.trim() === "") continue;
    const at = part.indexOf("=");
    const name = part.slice(0, Math.max(0, at)).trim();
    if (name === "") return null;
    try {
      pairs[decodeURIComponent(name)] = decodeURIComponent(part.slice(at + 1).trim());
    } catch {
      return null;
    }
  }
  return pairs;
}

export function shownPairs(pairs: Readonly<Record<string, string>>): string | null {
  const shown = Object.entries(pairs).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return shown.length === 0 ? null : shown.join(",");
}
