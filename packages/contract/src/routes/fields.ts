// Fields and small shapes that several resources share.

import { z } from "zod";
import { parseUsd, usdPattern } from "#money.ts";

export const id = z.string().min(1).max(64).describe("UUIDv7, so ids sort by time of creation.");

export const time = z.iso.datetime().describe("UTC, RFC 3339.");

/** Of what the configuration file may declare. */
export const declaredIn = z
  .string()
  .nullable()
  .describe(
    "Where the configuration file declares it, such as `ghostllm.yaml:12`: it is changed there alone (409). Null: it is an operator's.",
  );

/** A moment given by a caller: with any offset, or a date, which is its first moment in UTC. */
export const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .describe("RFC 3339 time, or a date, which means its first moment in UTC.");

const usdHint = 'Write an amount in USD as decimal text with at most nine decimals, such as "12.5"';

/** Exact: an amount travels as decimal text, never as a binary fraction. */
export const usd = z
  .string({ error: usdHint })
  .regex(usdPattern, usdHint)
  .refine(isCountable, "The amount is too large")
  .describe("Amount in USD as decimal text.");

export const usdNotNegative = usd.refine((text) => !text.startsWith("-"), "The amount may not be negative");

export const pricePerMillion = usdNotNegative.describe("USD per million tokens, as decimal text.");

function isCountable(text: string): boolean {
  try {
    parseUsd(text);
    return true;
  } catch {
    return false;
  }
}

const limit = z.int().positive().max(1_000_000_000).nullable();
/** Of more than a minute. */
const longLimit = z.int().positive().max(1_000_000_000_000).nullable();
const costLimit = usdNotNegative.nullable();

export const limits = z
  .object({
    requests_per_minute: limit,
    requests_per_hour: longLimit,
    requests_per_day: longLimit,
    tokens_per_minute: limit,
    tokens_per_hour: longLimit,
    tokens_per_day: longLimit,
    cost_usd_per_minute: costLimit,
    cost_usd_per_hour: costLimit,
    cost_usd_per_day: costLimit,
    concurrent_requests: limit,
  })
  .describe("Null is unlimited. Minutes, hours and days slide: of any 60 minutes no more.")
  .meta({ id: "Limits" });

/** As given by a caller: what is left out stays as it is, and is unlimited in a new object. */
export const limitsInput = z
  .strictObject({
    requests_per_minute: limit.optional(),
    requests_per_hour: longLimit.optional(),
    requests_per_day: longLimit.optional(),
    tokens_per_minute: limit.optional(),
    tokens_per_hour: longLimit.optional(),
    tokens_per_day: longLimit.optional(),
    cost_usd_per_minute: costLimit.optional(),
    cost_usd_per_hour: costLimit.optional(),
    cost_usd_per_day: costLimit.optional(),
    concurrent_requests: limit.optional(),
  })
  .describe("Null is unlimited; a field left out stays as it is.")
  .meta({ id: "LimitsInput" });

/** One of these, or a word that a newer server has: an older client must not refuse a whole answer for it. */
export type Open<Value extends string> = Value | (string & {});

/** For answers. What callers send is one of the values. */
export function openEnum<Value extends string>(values: readonly Value[]): z.ZodType<Open<Value>> {
  return z.union([z.enum(values), z.string()]);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, "This is no time zone that is known here: give IANA's name, such as Europe/Berlin");

/** In a query, which knows texts alone. */
export const flag = z.enum(["true", "false"]).transform((word) => word === "true");

export const idParams = z.strictObject({ id });

export const pageQuery = z.strictObject({
  limit: z.coerce
    .number<string | number>()
    .int()
    .min(1)
    .max(500)
    .default(50)
    .describe("Largest number of objects in the answer."),
  after: z.string().min(1).max(600).optional().describe("`next` of the page before, in the same order."),
});

/** Of a list that is short, and answered whole. */
export const wholeList = z.strictObject({});

/** Words to find by, in every list that has names. */
const words = z.string().trim().min(1).max(100);

/** A list with names: it is searched with `q`, and sorted by `order_by`. */
export function namedQuery<const Order extends string>(searched: string, ...others: readonly Order[]) {
  return pageQuery.extend({
    q: words.optional().describe(`Words that ${searched} has all of, in capitals or not.`),
    order_by: z
      .enum(["created_at", "name", ...others])
      .optional()
      .describe("`created_at` where left out."),
    order: z.enum(["asc", "desc"]).optional().describe("`asc` where left out."),
  });
}

export const removed = z.object({ id, deleted: z.literal(true) }).meta({ id: "Removed" });

/** One page of a list. `next` says where it goes on, also when objects come or go meanwhile, and is passed as `after` to get the following one; null after the last. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next: z.string().max(600).nullable() });
}
