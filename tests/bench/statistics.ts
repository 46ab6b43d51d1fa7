export function sortNumbers(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** Of sorted values, by the nearest rank; NaN where there are none. */
export function percentile(sorted: Float64Array, percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/**
 * Of ratios of rounds in which two took turns in going first: each two that follow each other are one figure, in which what going first
 * costs is cancelled out; then the median of these. NaN where there are none; of a single round its own.
 */
export function balancedRatio(ratios: readonly number[]): number {
  const balanced: number[] = [];
  for (let round = 0; round + 1 < ratios.length; round += 2)
    balanced.push(Math.sqrt((ratios[round] ?? Number.NaN) * (ratios[round + 1] ?? Number.NaN)));
  return median(balanced.length === 0 ? ratios : balanced);
}

export function median(values: readonly number[]): number {
  const sorted = sortNumbers(values);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
