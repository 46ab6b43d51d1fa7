/** What may be asked for. */
const wishes: Readonly<Record<string, string>> = {
  auto: "auto",
  priority: "auto",
  default: "standard_only",
  standard: "standard_only",
  standard_only: "standard_only",
};

/** What is answered. */
const facts: Readonly<Record<string, string>> = {
  default: "standard",
  standard: "standard",
  priority: "priority",
  batch: "batch",
};

/** The tier in the dialect's words; undefined for what other vendors made up for themselves. */
export function encodeTierWish(tier: string): string | undefined {
  return Object.hasOwn(wishes, tier) ? wishes[tier] : undefined;
}

export function encodeTierFact(tier: string | undefined): string | undefined {
  return tier !== undefined && Object.hasOwn(facts, tier) ? facts[tier] : undefined;
}
