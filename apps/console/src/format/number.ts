const grouped = new Intl.NumberFormat("en-US");
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** `184,302`. */
export function formatCount(value: number): string {
  return grouped.format(value);
}

/** Four digits as they are, more of them as `96.4M`. */
export function formatShort(value: number): string {
  return Math.abs(value) < 10_000 ? grouped.format(value) : compact.format(value);
}

/** `0.31 %` of a share such as 0.0031. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0) return "0 %";
  if (percent > 99.99 && percent < 100) return "99.99 %";
  const isNearAll = percent >= 99 && percent <= 100;
  const decimals = percent >= 10 && !isNearAll ? 1 : 2;
  return `${Number(percent.toFixed(decimals))} %`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
