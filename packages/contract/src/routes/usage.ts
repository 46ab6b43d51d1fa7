import { z } from "zod";
import {
  summedUsageFields,
  usageApiName,
  usageFieldNames,
  usageFields,
  usageStatuses,
  type SummedUsageField,
  type UsageApiName,
  type UsageField,
  type UsageFieldName,
  type UsageFields,
} from "#usage-fields.ts";
import { id, listOf, openEnum, moment, pageQuery, time, usd } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const count = z.int();

const attempt = z
  .object({
    provider: z.string(),
    model: z.string(),
    started_ms: z.number().describe("Since the request arrived."),
    ms: z.number(),
    status: count.nullable().describe("Of the vendor's answer; null where it gave none."),
    reason: z.string().nullable().describe("Why it was left; null for the attempt that the record itself tells of."),
    rest_ms: z.number().describe("For how long the vendor asked not to be asked again."),
  })
  .meta({ id: "AttemptMade" });

const schemas = {
  id,
  text: z.string(),
  integer: count,
  flag: z.boolean(),
  moment: time,
  duration: z.number(),
  money: usd,
  status: openEnum(usageStatuses),
  attempts: z.array(attempt),
} satisfies Readonly<Record<UsageField["kind"], z.ZodType>>;

type SchemaOf<Field extends UsageField> = Field extends { readonly isNullable: true }
  ? z.ZodNullable<(typeof schemas)[Field["kind"]]>
  : (typeof schemas)[Field["kind"]];

type RecordShape = { [Name in UsageFieldName as UsageApiName<Name>]: SchemaOf<UsageFields[Name]> };
type SummedShape = { [Name in SummedUsageField as UsageApiName<Name>]: (typeof schemas)[UsageFields[Name]["kind"]] };

function schemaOf({ kind, isNullable, about }: UsageField): z.ZodType {
  const schema: z.ZodType = isNullable === true ? schemas[kind].nullable() : schemas[kind];
  return about === undefined ? schema : schema.describe(about);
}

/** The types say of each field what the loop does with it. */
const recordShape = Object.fromEntries(
  usageFieldNames.map((name) => [usageApiName(name), schemaOf(usageFields[name])]),
) as RecordShape;

const summedShape = Object.fromEntries(
  summedUsageFields.map((name) => [usageApiName(name), schemas[usageFields[name].kind]]),
) as SummedShape;

const usageRecord = z.object(recordShape).meta({ id: "UsageRecord" });

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
