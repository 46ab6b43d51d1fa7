// Usage over time: what is asked for and what is answered.

import { z } from "zod";
import { usageStatuses } from "#usage-fields.ts";
import { flag, id, moment, openEnum, time, usd } from "./fields.ts";
import { count, sums } from "./usage-record.ts";

const dimensions = ["model", "provider", "key", "user", "team", "organisation", "alias", "status"] as const;
const buckets = ["minute", "hour", "day"] as const;

export const groupBy = z
  .string()
  .transform((text) => (text === "" ? [] : text.split(",")))
  .pipe(z.array(z.enum(dimensions)).max(2))
  .refine((given) => new Set(given).size === given.length, "Name each dimension once")
  .describe(`One or two of ${dimensions.join(", ")}, with a comma between them; empty for the sum of all.`);

const query = {
  from: moment.optional().describe("Inclusive; a day before `to` where left out."),
  to: moment.optional().describe("Exclusive; now where left out."),
  group_by: groupBy.optional(),
  bucket: z
    .enum([...buckets, "none", "auto"])
    .default("auto")
    .describe("`auto` chooses by the length of the time; `none` tells sums alone."),
  utc_offset_minutes: z.coerce
    .number<string | number>()
    .int()
    .min(-840)
    .max(840)
    .default(0)
    .describe("What the reader's clock is ahead of UTC: where days begin, to the hour."),
  user_id: id.optional(),
  api_key_id: id.optional(),
  team_id: id.optional(),
  organisation_id: id.optional(),
  provider_id: id.optional(),
  model_id: id.optional(),
  model: z.string().min(1).max(200).optional().describe("The name that the model has at its provider."),
  requested_model: z.string().min(1).max(200).optional(),
  status: z.enum([...usageStatuses, "failed"]).optional(),
};

export const seriesQuery = z.strictObject({
  ...query,
  top: z.coerce
    .number<string | number>()
    .int()
    .min(1)
    .max(1000)
    .default(8)
    .describe("So many groups are told apart; all others are one."),
  order_by: z.enum(["cost", "requests", "tokens", "errors"]).default("cost").describe("Of which the most come first."),
  compare: flag.optional().describe("Tell also the sums of as long a time right before."),
});

export const exportQuery = z.strictObject(query);

const percentiles = z
  .object({ p50: z.number(), p95: z.number(), p99: z.number() })
  .nullable()
  .describe("In ms; null of no requests, or of hours from before they were measured.");

const measures = z
  .object({
    ...sums,
    latency_ms: percentiles,
    ttft_ms: percentiles.describe("To the first token, of streamed answers."),
  })
  .meta({ id: "UsageMeasures" });

const counts = z.array(count);
const times = z.array(z.number().nullable());

/** Each list has a value for each of the times. */
const points = z
  .object({
    requests: counts,
    errors: counts,
    failed_attempts: counts,
    prompt_tokens: counts,
    completion_tokens: counts,
    cached_tokens: counts,
    cache_write_tokens: counts,
    reasoning_tokens: counts,
    cost_usd: z.array(usd),
    saved_usd: z.array(usd),
    latency_p50_ms: times,
    latency_p95_ms: times,
    latency_p99_ms: times,
    ttft_p50_ms: times,
    ttft_p95_ms: times,
    ttft_p99_ms: times,
  })
  .describe("By measure, with a value for each of `times`.")
  .meta({ id: "UsagePoints" });

const group = z
  .object({
    key: z.array(z.string()).describe("Names or ids, in the order of `group_by`; empty for the sum and for the rest."),
    labels: z.array(z.string()).describe("The same for people: names in place of ids, as far as they are known."),
    is_rest: z.boolean().describe("All groups that are not told apart."),
    total: measures,
    previous: measures.nullable().describe("Null where nothing was to be compared."),
    points: points.nullable().describe("Null without buckets."),
  })
  .meta({ id: "UsageGroup" });

export const usageSeries = z
  .object({
    from: time,
    to: time,
    bucket: openEnum([...buckets, "none"]),
    times: z.array(time).describe("When each bucket begins, those without requests included."),
    group_by: z.array(openEnum(dimensions)),
    groups: z.array(group),
    group_count: count
      .nullable()
      .describe(
        "How many there are, those in the rest included; null: more than are shown, and too many to be counted.",
      ),
    sum: group,
  })
  .meta({ id: "UsageSeries" });
