import { z } from "zod";
import { id, limits, openEnum, time, usd } from "./fields.ts";
import { scopeBudget } from "./budget-fields.ts";
import { defineRoutes } from "./route.ts";
import { count } from "./usage-record.ts";

const kinds = ["user", "key", "team", "organisation", "alias", "provider"] as const;
const states = ["none", "fine", "near", "reached"] as const;

const inWindow = z
  .object({
    requests: count,
    tokens: count,
    cost_usd: usd.describe("With what running requests may still cost; counted where there is a limit of it."),
  })
  .nullable();

const inUse = z
  .object({
    requests: count.describe("Of the last 60 seconds."),
    tokens: count.describe("Of the last 60 seconds; those of running requests by estimate."),
    running: count,
    reserved_usd: usd.describe("What running requests may still cost."),
    hour: inWindow.describe("Of the last 60 minutes; null where nothing is limited in them."),
    day: inWindow.describe("Of the last 24 hours; null where nothing is limited in them."),
  })
  .nullable()
  .describe("Of limits and budget, at this moment; null where it is not known.")
  .meta({ id: "InUse" });

const forecast = z
  .object({
    outcome: openEnum(["reached", "exhausts", "lasts", "idle", "too_little_data", "ended"]).describe(
      "`exhausts`: at `exhausted_at`. `lasts`: until it ends, or for two years at least. `idle`: nothing was spent in the last seven days. `ended`: the key works no more.",
    ),
    since: time.describe("What was spent from then on is the rate."),
    recent_usd: usd.describe("Spent since then."),
    per_day_usd: usd.nullable().describe("Null where too little is known."),
    exhausted_at: time.nullable().describe("When nothing will be left; null but for `exhausts`."),
    at_end_usd: usd.nullable().describe("What will be spent when it ends; null but for `lasts` where it ends."),
  })
  .describe("Of the last seven days, gone on with: docs/limits-and-budgets.md says how.")
  .meta({ id: "BudgetForecast" });

const periodBudget = scopeBudget
  .extend({
    state: openEnum(states),
    percent: z.int().describe("Of what can be spent, that has been spent."),
    allowance_usd: usd.describe(
      "What can be spent in this period: with the increase, and what was left of the last one.",
    ),
    spent_usd: usd.describe("In this period, or on the last days."),
    left_usd: usd.describe("Neither spent nor reserved."),
    starts_at: time,
    ends_at: time.nullable().describe("When the next period begins; null: it has no end."),
    forecast: forecast.nullable().describe("Until the period ends; null of `rolling`."),
  })
  .meta({ id: "BudgetInPeriod" });

const budget = z
  .object({
    kind: openEnum(kinds),
    id,
    name: z.string(),
    public_id: z.string().nullable().describe("Of a key."),
    user_id: id.nullable().describe("Null but for users and keys."),
    user_email: z.string().nullable(),
    state: openEnum(states).describe(
      "The worst of all its budgets. `near` from 80 % on; `reached`: requests are refused; `none`: no budget.",
    ),
    budget_usd: usd.nullable().describe("Null is unlimited."),
    spent_usd: usd,
    left_usd: usd.nullable().describe("Neither spent nor reserved; null without a budget."),
    percent: z.int().nullable().describe("Of the budget, that has been spent; null without a budget."),
    begins_at: time.describe("Budgets count over the life of who has them, and do not begin anew."),
    ends_at: time.nullable().describe("When the key expires; null where it does not end."),
    forecast: forecast.nullable().describe("Null without a budget."),
    budgets: z
      .array(periodBudget)
      .describe("Beside the one over its whole life, as they stand in their present periods."),
    limits,
    in_use: inUse,
  })
  .meta({ id: "Budget" });

const counts = z
  .object({ none: count, fine: count, near: count, reached: count })
  .describe("By state, of all that `kind` and `q` find.")
  .meta({ id: "BudgetCounts" });

const course = z
  .object({
    bucket: openEnum(["hour", "day"]),
    times: z.array(time).describe("The first is when it began, the others are ends of buckets; the last is now."),
    spent_usd: z.array(usd).describe("In all until then."),
    even_usd: z
      .array(usd)
      .nullable()
      .describe("What would be spent until then, were the budget spent evenly until it ends; null where it does not."),
  })
  .meta({ id: "BudgetCourse" });

const orders = ["forecast", "share", "spent", "budget", "name"] as const;

const number = z.coerce.number<string | number>().int();

const listQuery = z.strictObject({
  limit: number.min(1).max(1_000).default(50),
  offset: number.min(0).max(1_000_000).default(0),
  kind: z.enum(kinds).optional(),
  state: z.enum(states).optional(),
  q: z.string().max(200).optional().describe("Words that the name, the e-mail address or the key has all of."),
  order_by: z
    .enum(orders)
    .default("share")
    .describe("`forecast`: who reaches the cap first. What has no budget comes last, whichever way."),
  order: z.enum(["asc", "desc"]).optional().describe("`asc` for names and forecasts, otherwise `desc`."),
});

const tag = "Budgets";

export const budgetRoutes = defineRoutes({
  list: {
    id: "budgets.list",
    tag,
    permission: "usage.read",
    method: "GET",
    path: "/admin/budgets",
    query: listQuery,
    response: z
      .object({ data: z.array(budget), count: count.describe("How many the query finds."), total: count, counts })
      .meta({ id: "Budgets" }),
    status: 200,
    summary: "List budgets and limits",
    description:
      "Of all users, teams and organisations, and of all keys that work: how far each budget is used up, how long it lasts at the present rate, and what limits hold.",
  },
  get: {
    id: "budgets.get",
    tag,
    permission: "usage.read",
    method: "GET",
    path: "/admin/budgets/{kind}/{id}",
    params: z.strictObject({ kind: z.enum(kinds), id }),
    query: z.strictObject({
      utc_offset_minutes: number.min(-840).max(840).default(0).describe("What the reader's clock is ahead of UTC."),
    }),
    response: z.object({ budget, course }).meta({ id: "BudgetDetail" }),
    status: 200,
    summary: "Read a budget with its course",
    description: "What was spent in all, by hour in the first eight days and by day after that.",
  },
});
