// What a consent policy says, in words.

import type { ConsentPolicy } from "#api/queries.ts";
import { formatCap } from "#format/money.ts";
import { classWord } from "./consent-words.ts";

export const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

type Hours = NonNullable<ConsentPolicy["hours"]>;

/** `Mon, Tue 22:00 to 06:00, Europe/Berlin`. */
function hourWords({ weekdays: days, from, to, time_zone: zone, outside }: Hours): string {
  const isEveryDay = days.length === weekdays.length;
  const named = isEveryDay ? "every day" : days.map((day) => weekdays[day - 1] ?? "").join(", ");
  const span = from === to ? "" : ` ${from} to ${to}`;
  return `${outside ? "outside " : ""}${named}${span}, ${zone}`;
}

/** All of them have to be met. */
export function conditionsOf(policy: ConsentPolicy): readonly string[] {
  const { models, above_usd: above, privacy_classes: classes, hours } = policy;
  return [
    ...(models === null ? [] : [`asks for ${models.join(" or ")}`]),
    ...(above === null ? [] : [`may cost more than ${formatCap(above)}`]),
    ...(classes === null ? [] : [`holds ${classes.map(classWord).join(" or ")}`]),
    ...(hours === null ? [] : [hourWords(hours)]),
  ];
}

export function conditionWords(policy: ConsentPolicy): string {
  const conditions = conditionsOf(policy);
  return conditions.length === 0 ? "every request" : conditions.join("; ");
}
