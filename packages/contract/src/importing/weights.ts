// Weights of other gateways, which may be any numbers, as they are here.

/** Whole numbers from 1 to 1000, in the same proportion as near as that can be. */
export function scale(weights: readonly number[]): readonly number[] {
  const largest = Math.max(...weights, 0);
  if (largest <= 0) return weights.map(() => 1);
  const isWhole = weights.every((one) => Number.isInteger(one) && one >= 1) && largest <= 1000;
  if (isWhole) return weights;
  const smallest = Math.min(...weights.filter((one) => one > 0));
  const factor = Math.min(1000 / largest, Math.max(1 / smallest, 100 / largest));
  return weights.map((one) => Math.min(1000, Math.max(1, Math.round(one * factor))));
}
