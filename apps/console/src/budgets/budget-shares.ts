interface Amounts {
  readonly spent: string;
  readonly budget: string;
  /** By running requests; null where it is not known. */
  readonly reserved?: string | null | undefined;
}

/** What was spent of a budget, and what is held of it beside: as parts of a whole that is 1. */
export function sharesOf({ spent, budget, reserved }: Amounts): { readonly share: number; readonly held: number } {
  const whole = Number(budget);
  if (whole === 0) return { share: 1, held: 0 };
  return { share: Number(spent) / whole, held: Number(reserved ?? 0) / whole };
}
