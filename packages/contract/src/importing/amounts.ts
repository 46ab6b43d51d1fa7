// Amounts of USD of other gateways, which keep them as binary fractions, as decimal text that is exact to the nano-USD.

import { formatUsd, usdToNanos } from "#money.ts";

/** The nearest nano-USD. What is no number, is below nothing, or is more than can be counted, is null. */
export function usdOf(amount: unknown): string | null {
  const usd = typeof amount === "string" && amount.trim() !== "" ? Number(amount) : amount;
  if (typeof usd !== "number" || !Number.isFinite(usd) || usd < 0) return null;
  try {
    return formatUsd(usdToNanos(usd));
  } catch {
    return null;
  }
}
