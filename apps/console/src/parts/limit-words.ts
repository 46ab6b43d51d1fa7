// Limits in a line, for those who do not change them.

import { formatMoney } from "#format/money.ts";
import { formatShort } from "#format/number.ts";
import { windowLimits } from "./limit-names.ts";
import type { Limits } from "./limit-names.ts";

/** `60 requests / min, 5 at once`. */
export function limitWords(limits: Limits): string {
  const ofWindows = windowLimits.flatMap(({ limit, label }) => {
    const most = limits[limit];
    if (most === null) return [];
    // What it costs is its own word.
    return [
      typeof most === "string"
        ? label.replace("Cost", formatMoney(most))
        : `${formatShort(most)} ${label.toLowerCase()}`,
    ];
  });
  const { concurrent_requests: atOnce } = limits;
  const words = [...ofWindows, ...(atOnce === null ? [] : [`${formatShort(atOnce)} at once`])];
  return words.length === 0 ? "unlimited" : words.join(", ");
}
