// Money is an integer count of nano-USD (1 USD = 1,000,000,000), so that sums are exact.
// A number holds it exactly up to 9,007,199 USD; sums beyond are told to the nearest number, which is a few nano-USD away.

export const nanosPerUsd = 1_000_000_000;

/** Nearest nano-USD to an amount in USD. Throws a RangeError where a number cannot hold it exactly. */
export function usdToNanos(usd: number): number {
  const nanos = Math.round(usd * nanosPerUsd);
  if (!Number.isSafeInteger(nanos)) throw new RangeError(`${usd} USD is outside of what can be counted in nano-USD`);
  return nanos;
}

export function nanosToUsd(nanos: number): number {
  return nanos / nanosPerUsd;
}

/** Plain decimal text without an exponent and without trailing zeros: `0.00015`, `12.5`, `0`. */
export function formatUsd(nanos: number): string {
  const sign = nanos < 0 ? "-" : "";
  const digits = Math.abs(nanos).toString().padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return sign + digits.slice(0, -9) + (fraction === "" ? "" : `.${fraction}`);
}

/** What `parseUsd` accepts: digits, with at most nine behind the point. */
export const usdPattern = /^-?\d+(\.\d{1,9})?$/;

/** Exact inverse of `formatUsd`. Throws a RangeError for text that is no amount, or that nano-USD cannot hold exactly. */
export function parseUsd(text: string): number {
  if (!usdPattern.test(text)) throw new RangeError(`${JSON.stringify(text)} is no amount in USD`);
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const nanos = Number(whole + fraction.padEnd(9, "0"));
  if (!Number.isSafeInteger(nanos)) throw new RangeError(`${text} USD is outside of what can be counted in nano-USD`);
  return text.startsWith("-") && nanos !== 0 ? -nanos : nanos;
}
