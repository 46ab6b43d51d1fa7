/** Words of a field with one a line, or commas between them; null for none. */
export function linesOf(text: string): string[] | null {
  const words = text.split(/[\s,]+/).filter(Boolean);
  return words.length === 0 ? null : words;
}

/** What is written one a line, with whatever is in it. */
export function wholeLinesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
