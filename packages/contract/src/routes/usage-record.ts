// A usage record in the API's form, as it follows from the table of its fields.

import { z } from "zod";
import {
  listedUsageFields,
  summedUsageFields,
  usageApiName,
  usageFields,
  usageStatuses,
  type SummedUsageField,
  type UsageApiName,
  type UsageField,
  type ListedUsageField,
  type UsageFields,
} from "#usage-fields.ts";
import { id, openEnum, time, usd } from "./fields.ts";
import { privacyCount } from "./privacy.ts";

export const count = z.int();

const attempt = z
  .object({
    provider_id: id,
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
  privacy: z.array(privacyCount),
  // In no list.
  why: z.never(),
} satisfies Readonly<Record<UsageField["kind"], z.ZodType>>;

type SchemaOf<Field extends UsageField> = Field extends { readonly isNullable: true }
  ? z.ZodNullable<(typeof schemas)[Field["kind"]]>
  : (typeof schemas)[Field["kind"]];

type RecordShape = { [Name in ListedUsageField as UsageApiName<Name>]: SchemaOf<UsageFields[Name]> };
type SummedShape = { [Name in SummedUsageField as UsageApiName<Name>]: (typeof schemas)[UsageFields[Name]["kind"]] };

function schemaOf({ kind, isNullable, about }: UsageField): z.ZodType {
  const schema: z.ZodType = isNullable === true ? schemas[kind].nullable() : schemas[kind];
  return about === undefined ? schema : schema.describe(about);
}

/** The types say of each field what the loop does with it. */
export const recordShape = Object.fromEntries(
  listedUsageFields.map((name) => [usageApiName(name), schemaOf(usageFields[name])]),
) as RecordShape;

const summedShape = Object.fromEntries(
  summedUsageFields.map((name) => [usageApiName(name), schemas[usageFields[name].kind]]),
) as SummedShape;

export const usageRecord = z.object(recordShape).meta({ id: "UsageRecord" });

export const sums = {
  requests: count,
  errors: count,
  failed_attempts: count.describe("At the provider and model that failed, whoever answered in the end."),
  ...summedShape,
  unpriced_requests: count.describe("Requests with an unknown price: their cost is not in `cost_usd`."),
};
