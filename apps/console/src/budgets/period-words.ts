// What a budget by period is called in words.

import type { Budget } from "#api/queries.ts";

export type PeriodBudget = Budget["budgets"][number];

const words: Readonly<Record<string, string>> = {
  total: "Since it was made",
  day: "Each day",
  week: "Each week",
  month: "Each month",
};

/** `Each month (Europe/Berlin)`; a newer server may know more periods. */
export function periodName({ period, days, time_zone: zone }: Pick<PeriodBudget, "period" | "days" | "time_zone">) {
  const what = period === "rolling" ? `Any ${days} days` : (words[period] ?? period);
  return zone === "UTC" || period === "total" ? what : `${what} (${zone})`;
}
