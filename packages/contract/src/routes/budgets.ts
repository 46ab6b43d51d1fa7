import { z } from "zod";
import { id, openEnum, time, usd } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const budget = z
  .object({
    kind: openEnum(["user", "key"]),
    id,
    name: z.string(),
    user_id: id,
    budget_usd: usd,
    spent_usd: usd,
    percent: z.int().describe("Of the budget, that has been spent."),
    reached: z.boolean().describe("Nothing is left: requests are refused."),
    spent_7d_usd: usd.describe("What the requests of the last seven days cost."),
    exhausted_at: time
      .nullable()
      .describe(
        "When the budget is used up, if it goes on as in the last seven days; null where it does not come to that.",
      ),
  })
  .meta({ id: "UsedBudget" });

export const budgetRoutes = defineRoutes({
  list: {
    id: "budgets.list",
    tag: "Budgets",
    permission: "usage.read",
    method: "GET",
    path: "/admin/budgets",
    query: z.strictObject({
      limit: z.coerce.number<string | number>().int().min(1).max(200).default(50),
      min_percent: z.coerce.number<string | number>().int().min(0).max(100).default(0),
    }),
    response: z.object({ data: z.array(budget) }).meta({ id: "UsedBudgets" }),
    status: 200,
    summary: "List budgets by how far they are used up",
    description: "Of users and keys that have one, the furthest first, with the pace of the last seven days.",
  },
});
