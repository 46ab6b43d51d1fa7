import { z } from "zod";
import { id, listOf, moment, pageQuery } from "./fields.ts";
import { defineRoutes } from "./route.ts";
import { count, summedShape, usageRecord } from "./usage-record.ts";

const sums = {
  requests: count,
  errors: count,
  ...summedShape,
  unpriced_requests: count.describe("Requests with an unknown price: their cost is not in `cost_usd`."),
};

const usageSum = z
  .object({ group: z.string().describe("A time, an id, or `provider/model`, by what is grouped."), ...sums })
  .meta({ id: "UsageSum" });

const usageSummary = z.object({ data: z.array(usageSum), total: z.object(sums) }).meta({ id: "UsageSummary" });

const filter = {
  user_id: id.optional(),
  api_key_id: id.optional(),
  model_id: id.optional(),
  provider_id: id.optional(),
  from: moment.optional().describe("Inclusive."),
  to: moment.optional().describe("Exclusive."),
};

const tag = "Usage";

export const usageRoutes = defineRoutes({
  list: {
    tag,
    permission: "usage.read",
    id: "usage.list",
    method: "GET",
    path: "/admin/usage",
    query: pageQuery.extend(filter),
    response: listOf(usageRecord),
    status: 200,
    summary: "List usage records",
    description: "One for every answered request, newest first.",
  },
  summary: {
    tag,
    permission: "usage.read",
    id: "usage.summary",
    method: "GET",
    path: "/admin/usage/summary",
    query: z.strictObject({
      group_by: z.enum(["hour", "day", "user", "api_key", "provider", "model"]).default("day"),
      ...filter,
    }),
    response: usageSummary,
    status: 200,
    summary: "Sum usage",
    description: "From hourly sums, so `from` and `to` are rounded down to the hour.",
  },
});
