// Limits in a line, for those who do not change them.

import type { Team } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatShort } from "#format/number.ts";

type Limits = Team["limits"];

const windows = [
  ["minute", "min"],
  ["hour", "hour"],
  ["day", "day"],
] as const;

/** `60 requests / min, 5 at once`. */
export function limitWords(limits: Limits): string {
  const ofWindows = windows.flatMap(([window, short]) => {
    const requests = limits[`requests_per_${window}`];
    const tokens = limits[`tokens_per_${window}`];
    const cost = limits[`cost_usd_per_${window}`];
    return [
      requests === null ? [] : `${formatShort(requests)} requests / ${short}`,
      tokens === null ? [] : `${formatShort(tokens)} tokens / ${short}`,
      cost === null ? [] : `${formatMoney(cost)} / ${short}`,
    ].flat();
  });
  const { concurrent_requests: atOnce } = limits;
  const words = [...ofWindows, ...(atOnce === null ? [] : [`${formatShort(atOnce)} at once`])];
  return words.length === 0 ? "unlimited" : words.join(", ");
}
