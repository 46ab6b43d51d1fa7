/** The word that comes next to a budget. */
export function effortOf(budgetTokens: number): string {
  if (budgetTokens < 4_096) return "low";
  return budgetTokens < 16_384 ? "medium" : "high";
}

const nextWords: Readonly<Record<string, string>> = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
};

/** Of three words the one that comes next to an effort; undefined for words that nobody knows. */
export function lowMediumHigh(effort: string): string | undefined {
  return Object.hasOwn(nextWords, effort) ? nextWords[effort] : undefined;
}
