import { z } from "zod";
import { id, listOf, moment, pageQuery, time, usd } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const count = z.int();

const usageRecord = z
  .object({
    id: id.describe("Also the request id."),
    created_at: time,
    user_id: id,
    api_key_id: id,
    model_id: id.nullable(),
    provider_id: id.nullable().describe("Null where no vendor was asked."),
    provider: z.string(),
    model: z.string(),
    requested_model: z.string(),
    operation: z.string(),
    streamed: z.boolean(),
    status: z.enum(["ok", "error", "client_abort", "timeout", "shutdown"]),
    http_status: z.int(),
    error_code: z.string().nullable(),
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    cached_tokens: count,
    reasoning_tokens: count,
    cache_write_tokens: count,
    cache_write_hour_tokens: count,
    audio_prompt_tokens: count,
    audio_completion_tokens: count,
    image_prompt_tokens: count,
    image_completion_tokens: count,
    cached_audio_tokens: count,
    service_class: z.string().nullable().describe("Such as `priority` or `flex`; null for the vendor's usual one."),
    geography: z.string().nullable().describe("Where alone the vendor was to compute; null for anywhere."),
    web_searches: count,
    file_searches: count,
    estimated: z
      .boolean()
      .describe(
        "The vendor told no usage, or not all of it, so that the counts or a part of the cost are an estimate.",
      ),
    usage_bounded: z.boolean().describe("The vendor told more than its model can use: the counts are what that can."),
    unanswered_attempts: count.describe("Attempts that came to nothing, and that vendors may charge all the same."),
    unanswered_tokens: count.describe("What those used, by estimate: in none of the counts above."),
    unanswered_cost_usd: usd.nullable().describe("Part of `cost_usd`."),
    cost_usd: usd.nullable().describe("Null where the price is unknown."),
    price_version: z.string().nullable(),
    latency_ms: z.number(),
    ttft_ms: z.number().nullable().describe("Time to the first byte of the answer."),
    attempts: z.int(),
    ip_address: z.string().nullable(),
    user_agent: z.string().nullable(),
  })
  .meta({ id: "UsageRecord" });

const sums = {
  requests: count,
  errors: count,
  prompt_tokens: count,
  completion_tokens: count,
  cached_tokens: count,
  reasoning_tokens: count,
  cost_usd: usd,
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
    id: "usage.list",
    tag,
    permission: "usage.read",
    method: "GET",
    path: "/admin/usage",
    query: pageQuery.extend(filter),
    response: listOf(usageRecord),
    status: 200,
    summary: "List usage records",
    description: "One for every answered request, newest first.",
  },
  summary: {
    id: "usage.summary",
    tag,
    permission: "usage.read",
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
