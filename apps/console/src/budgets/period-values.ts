// A budget by period as a form has it, which is text, and as the server takes it.

import type { Budget, ScopeBudgetInput } from "#api/queries.ts";
import { toNumber } from "#parts/number-text.ts";

export const periods = ["month", "week", "day", "rolling", "total"] as const;
export type Period = (typeof periods)[number];

export interface PeriodValues {
  period: Period;
  days: string;
  time_zone: string;
  amount_usd: string;
  rollover_usd: string;
  thresholds: string;
  /** The name of an alias; empty is to refuse. */
  downgrade_to: string;
}

export interface IncreaseValues {
  increase: { amount_usd: string; until: string };
}

type Terms = Budget["budgets"][number];

export function newValues(timeZone: string): PeriodValues {
  return {
    ...{ period: "month", days: "30", time_zone: timeZone, amount_usd: "" },
    ...{ rollover_usd: "", thresholds: "80, 100", downgrade_to: "" },
  };
}

export function valuesOf(budget: Terms): PeriodValues {
  return {
    period: periodOf(budget.period),
    days: budget.days?.toString() ?? "30",
    time_zone: budget.time_zone,
    amount_usd: budget.amount_usd,
    rollover_usd: budget.rollover_usd ?? "",
    thresholds: budget.thresholds.join(", "),
    downgrade_to: budget.downgrade_to ?? "",
  };
}

/** As it stands: what is sent with it of the others, so that they count on. */
export function toInput(budget: Terms): ScopeBudgetInput {
  const { id, period, days, time_zone, amount_usd, thresholds, rollover_usd, increase, downgrade_to } = budget;
  return {
    ...{ id, period: periodOf(period), days, time_zone, amount_usd, thresholds: [...thresholds] },
    ...{ rollover_usd, increase, downgrade_to },
  };
}

/** `present` is null for a new one. */
export function toTerms(values: PeriodValues, present: ScopeBudgetInput | null): ScopeBudgetInput {
  const { period } = values;
  return {
    ...(present?.id !== undefined && { id: present.id }),
    period,
    days: period === "rolling" ? toNumber(values.days) : null,
    time_zone: period === "total" ? "UTC" : values.time_zone.trim(),
    amount_usd: values.amount_usd.trim(),
    // In every form that people write: `80, 100`, `80 % and 100 %`. What is no number goes as it is, to be told so.
    thresholds: values.thresholds
      .split(/[\s,;%]+/)
      .filter(Boolean)
      .map((word) => toNumber(word) ?? 0),
    rollover_usd: hasRest(period) && values.rollover_usd.trim() !== "" ? values.rollover_usd.trim() : null,
    increase: present?.increase ?? null,
    downgrade_to: values.downgrade_to === "" ? null : values.downgrade_to,
  };
}

/** Of which something can be left over. */
export function hasRest(period: Period): boolean {
  return period !== "rolling" && period !== "total";
}

/** A server that knows more must not have its own replaced by another. */
function periodOf(text: string): Period {
  const period = periods.find((one) => one === text);
  if (period === undefined) throw new Error(`This page does not know budgets of the period ${text}: load it anew.`);
  return period;
}

/** What a field of a browser has, in the browser's own zone, as a moment; what is none is told by the server. */
export function toMoment(local: string): string {
  const time = new Date(local).getTime();
  return Number.isNaN(time) ? local : new Date(time).toISOString();
}
