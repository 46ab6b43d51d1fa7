import { z } from "zod";
import { mostCarriedSpend, mostCarriedUsage } from "#carried.ts";
import { id, time, usdNotNegative } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const source = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "Use lower-case letters, digits, dot, dash and underscore")
  .describe("Where it is from, such as `litellm`. It may tell the same again.");

const carriedKinds = ["key", "user", "team", "organisation"] as const;

const place = {
  kind: z.enum(carriedKinds),
  id,
  budget_id: z
    .string()
    .min(1)
    .max(32)
    .nullable()
    .default(null)
    .describe(
      "One of its budgets by period: in the period of now. Null: in its whole life, which `budget_usd` bounds.",
    ),
};

const spendEntry = z.strictObject({
  ...place,
  spent_usd: usdNotNegative.describe("What it had spent there, in all."),
});

const carriedSpend = z
  .object({
    ...place,
    spent_usd: usdNotNegative,
    added_usd: z.string().describe("By how much it is more than what the source told before: so much was charged."),
  })
  .meta({ id: "CarriedSpend" });

const count = z.int().min(0).max(1_000_000_000_000);
const name = z.string().max(200);

const usageRow = z
  .strictObject({
    hour: time.describe("An hour's first moment; what is known by days alone is told at their first hour."),
    api_key_id: id.nullable().default(null).describe("Null: of a key that is not here."),
    provider: name.describe("The vendor, as the source calls it."),
    model: name,
    requested_model: name,
    requests: count,
    errors: count.default(0).describe("Part of `requests`."),
    prompt_tokens: count.default(0).describe("Cached ones included."),
    completion_tokens: count.default(0),
    cached_tokens: count.default(0),
    cache_write_tokens: count.default(0),
    cost_usd: usdNotNegative,
  })
  .refine(({ requests, errors }) => errors <= requests, { path: ["errors"], message: "They are part of requests" })
  .refine(({ hour }) => Date.parse(hour) % 3_600_000 === 0, { path: ["hour"], message: "Give the start of an hour" })
  .meta({ id: "CarriedUsage" });

const tag = "Imports";

export const importRoutes = defineRoutes({
  spend: {
    id: "imports.spend",
    tag,
    permission: "imports.run",
    method: "POST",
    path: "/admin/imports/spend",
    body: z
      .strictObject({ source, entries: z.array(spendEntry).min(1).max(mostCarriedSpend) })
      .meta({ id: "SpendImport" }),
    response: z.object({ results: z.array(carriedSpend).describe("In the order of the entries.") }),
    status: 200,
    summary: "Carry over what was spent elsewhere",
    description:
      "Budgets count it from when the answer is there, as if it had been spent here. It is told in all and not as a difference, so that it may be told again: what the source told before is taken off. Where it is less than that, nothing is changed.",
  },
  usage: {
    id: "imports.usage",
    tag,
    permission: "imports.run",
    method: "POST",
    path: "/admin/imports/usage",
    body: z.strictObject({ source, rows: z.array(usageRow).min(1).max(mostCarriedUsage) }).meta({ id: "UsageImport" }),
    response: z.object({
      changed: z.int().describe("How many rows differ from what the source told before."),
      added_usd: z.string().describe("What they add to the cost in reports; it charges no budget."),
    }),
    status: 200,
    summary: "Carry over what was used elsewhere",
    description:
      "Into the sums that reports are made of, at the provider `imported: SOURCE/PROVIDER`: there are no single requests of it, and no times. A row with the same hour, key and names as one that the source told before replaces it.",
  },
});
