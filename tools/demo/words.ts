const words = ["a", "quiet", "ghost", "answers", "what", "was", "asked", "and", "counts", "each", "token", "once"];

/** Something to read, of so many words. */
export function textOf(count: number): string {
  return Array.from({ length: count }, (_, index) => words[index % words.length]).join(" ");
}
