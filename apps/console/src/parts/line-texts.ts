/** Words of a field with one a line, or commas between them; null for none. */
export function linesOf(text: string): string[] | null {
  const words = text.split(/[\s,]+/).filter(Boolean);
  return words.length === 0 ? null : words;
}
