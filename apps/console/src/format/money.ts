// Amounts come from the server as decimal text in USD. They are shown with four significant digits and never as more than
// they are; the exact amount is a page's own to show.

/** `$412.86`, `$0.0912`, `$1,824`, `$12.3k`. */
export function formatMoney(usd: string | number): string {
  const value = Number(usd);
  const sign = value < 0 ? "−" : "";
  const amount = Math.abs(value);
  if (amount === 0) return "$0";
  if (amount >= 100_000) return `${sign}$${shortened(amount)}`;
  if (amount >= 1000) return `${sign}$${Math.round(amount).toLocaleString("en-US")}`;
  if (amount >= 1) return `${sign}$${amount.toFixed(2)}`;
  if (amount < 0.000_001) return `${sign}< $0.000001`;
  return `${sign}$${trimmed(amount.toPrecision(3))}`;
}

function shortened(amount: number): string {
  return new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 }).format(amount);
}

/** `0.00410` -> `0.0041`; two decimals at least, since an amount below a dollar is read in cents. */
function trimmed(text: string): string {
  const plain = text.includes("e") ? Number(text).toFixed(9) : text;
  const short = plain.replace(/0+$/, "");
  const decimals = short.split(".")[1]?.length ?? 0;
  return decimals >= 2 ? short : Number(short).toFixed(2);
}

/** Big in front and small behind, as cards show it: `$412` and `.86`. */
export function splitMoney(usd: string | number): readonly [string, string] {
  const text = formatMoney(usd);
  const point = text.indexOf(".");
  const isLarge = Math.abs(Number(usd)) >= 1;
  return point > 0 && isLarge ? [text.slice(0, point), text.slice(point)] : [text, ""];
}

/** A round amount, such as a budget, without its cents. */
export function formatCap(usd: string): string {
  const value = Number(usd);
  return Number.isInteger(value) ? `$${value.toLocaleString("en-US")}` : formatMoney(value);
}

/** A price per million tokens: `$3`, `$0.30`, `$1.25`. */
export function formatPrice(usd: string | null): string {
  if (usd === null) return "—";
  const value = Number(usd);
  if (Number.isInteger(value)) return `$${value}`;
  return value >= 0.01 ? `$${trimmed(value.toFixed(4))}` : `$${trimmed(String(value))}`;
}
