// Budgets of whatever can have some, beside the one over its whole life, as callers give them and as they are answered.

import { z } from "zod";
import { moment, openEnum, time, timeZone, usd, usdNotNegative } from "./fields.ts";

export const budgetPeriods = ["total", "day", "week", "month", "rolling"] as const;

const id = z.string().min(1).max(32);
const percent = z.int().min(1).max(100);
const mostBudgets = 10;
const mostThresholds = 10;
/** Each of its days is looked at for each request. */
const longestDays = 31;

const meanings = {
  period:
    "`day`, `week` (from Monday) and `month` by the calendar of the time zone; `rolling`: the last `days` days, today among them; `total` has no end.",
  days: "Of `rolling`; null of all others.",
  time_zone: "IANA's name, such as `Europe/Berlin`: where its days begin.",
  thresholds: "In hundredths of the budget: `budget.threshold` is told when one is passed.",
  rollover_usd: "So much of what was left of the last period is added to this one, at most; null: nothing.",
  increase: "Temporarily more; null: none.",
  downgrade_to: "An alias that answers what the budget has no room for; null: that is refused.",
};

export const scopeBudget = z
  .object({
    id,
    period: openEnum(budgetPeriods).describe(meanings.period),
    days: z.int().nullable().describe(meanings.days),
    time_zone: z.string().describe(meanings.time_zone),
    amount_usd: usd,
    thresholds: z.array(z.int()).describe(meanings.thresholds),
    rollover_usd: usd.nullable().describe(meanings.rollover_usd),
    increase: z.object({ amount_usd: usd, until: time }).nullable().describe(meanings.increase),
    downgrade_to: z.string().nullable().describe(meanings.downgrade_to),
    made_at: time.describe("What was spent before that it does not know."),
  })
  .meta({ id: "ScopeBudget" });

const budgetInput = z
  .strictObject({
    id: id.optional().describe("Of one that is there: it counts on. Without one it is new."),
    period: z.enum(budgetPeriods).describe(meanings.period),
    days: z.int().min(1).max(longestDays).nullable().default(null).describe(meanings.days),
    time_zone: timeZone.default("UTC").describe(meanings.time_zone),
    amount_usd: usdNotNegative,
    thresholds: z.array(percent).max(mostThresholds).default([80, 100]).describe(meanings.thresholds),
    rollover_usd: usdNotNegative.nullable().default(null).describe(meanings.rollover_usd),
    increase: z
      .strictObject({ amount_usd: usdNotNegative, until: moment })
      .nullable()
      .default(null)
      .describe(meanings.increase),
    downgrade_to: z.string().min(1).max(200).nullable().default(null).describe(meanings.downgrade_to),
  })
  .refine(({ period, days }) => (period === "rolling") === (days !== null), {
    path: ["days"],
    message: "A rolling budget has days, and no other has",
  })
  .refine(({ period, rollover_usd: over }) => over === null || ["day", "week", "month"].includes(period), {
    path: ["rollover_usd"],
    message: "Only days, weeks and months can have something left over",
  })
  .meta({ id: "ScopeBudgetInput" });

export const scopeBudgetsInput = z
  .array(budgetInput)
  .max(mostBudgets)
  .describe("All of them, beside `budget_usd`: what is left out of the list is removed.");
