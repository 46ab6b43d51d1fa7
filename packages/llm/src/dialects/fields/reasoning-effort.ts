/** The word that comes next to a budget. */
export function effortOf(budgetTokens: number): string {
  if (budgetTokens < 4_096) return "low";
  return budgetTokens < 16_384 ? "medium" : "high";
}
