import { z } from "zod";
import { id, listOf, moment, pageQuery } from "./fields.ts";
import { defineRoutes } from "./route.ts";
import { sums, usageRecord } from "./usage-record.ts";
import { exportQuery, seriesQuery, usageSeries } from "./usage-series.ts";

const usageSum = z
  .object({
    group: z.string().describe("A time, an id, a provider's name, or `provider/model`, by what is grouped."),
    ...sums,
  })
  .meta({ id: "UsageSum" });

const usageSummary = z
  .object({
    data: z.array(usageSum),
    total: z.object(sums).describe("Of all, also of groups that are not told."),
    is_whole: z.boolean().describe("All groups are told."),
  })
  .meta({ id: "UsageSummary" });

const filter = {
  user_id: id.optional(),
  api_key_id: id.optional(),
  team_id: id.optional(),
  organisation_id: id.optional(),
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
    description:
      "One for every answered request, newest first. Those of a provider are looked for in the log: an answer may have fewer than were asked for, or none, and still a `next`.",
  },
  summary: {
    tag,
    permission: "usage.read",
    id: "usage.summary",
    method: "GET",
    path: "/admin/usage/summary",
    query: z.strictObject({
      group_by: z.enum(["hour", "day", "user", "api_key", "team", "organisation", "provider", "model"]).default("day"),
      limit: z.coerce
        .number<string | number>()
        .int()
        .min(1)
        .max(1000)
        .default(100)
        .describe("So many groups are told, of times all of them. For more there is the export."),
      ...filter,
    }),
    response: usageSummary,
    status: 200,
    summary: "Sum usage",
    description:
      "By time in its order, by all else the dearest first. From hourly sums, so `from` and `to` are rounded down to the hour.",
  },
  series: {
    tag,
    permission: "usage.read",
    id: "usage.series",
    method: "GET",
    path: "/admin/usage/series",
    query: seriesQuery,
    response: usageSeries,
    status: 200,
    summary: "Usage over time and by group",
    description:
      "Requests, errors, tokens, cost and percentiles of latencies, by one or two dimensions, beside the period before. Minutes come from the log; hours and days from hourly sums, so that `from` is rounded down to the hour and `to` up. Percentiles are within 2.5 % of the true ones.",
  },
  export: {
    tag,
    permission: "usage.read",
    id: "usage.export",
    method: "GET",
    path: "/admin/usage/export",
    query: exportQuery,
    response: z.string(),
    mediaType: "text/csv",
    status: 200,
    summary: "Usage as CSV",
    description:
      "A line for each time and group that had requests, with all groups told apart, in the order of time. It is sent as it is read, however long it is: one that is not whole is cut.",
  },
  exportNdjson: {
    tag,
    permission: "usage.read",
    id: "usage.exportNdjson",
    method: "GET",
    path: "/admin/usage/export/ndjson",
    query: exportQuery,
    response: z.string().describe("A time and group a line, as JSON."),
    mediaType: "application/x-ndjson",
    status: 200,
    summary: "Usage as NDJSON",
    description: "The lines of the export as CSV, as JSON.",
  },
});
