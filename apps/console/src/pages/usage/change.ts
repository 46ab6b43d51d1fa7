import { formatShare } from "#format/number.ts";

/** How much more or less it was than before, as a share; null where nothing can be said. */
export function growthOf(now: number, before: number | undefined): number | null {
  return before === undefined || before === 0 ? null : (now - before) / before;
}

export function formatGrowth(now: number, before: number | undefined): string {
  const growth = growthOf(now, before);
  if (growth === null) return before === 0 && now > 0 ? "new" : "—";
  return `${growth < 0 ? "−" : "+"}${formatShare(Math.abs(growth))}`;
}
