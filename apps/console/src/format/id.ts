/** The beginning, which tells the time, and the end, which tells apart: `01jdq7w2…c9e4`. */
export function shortenId(id: string): string {
  return id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}

/** Two letters for somebody's picture. */
export function initialsOf(name: string): string {
  const words = name
    .replace(/@.*/, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const letters = words.length > 1 ? words.map((word) => lettersOf(word)[0] ?? "") : lettersOf(words[0] ?? name);
  return letters.slice(0, 2).join("").toUpperCase();
}

function lettersOf(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter("en").segment(text), ({ segment }) => segment);
}
