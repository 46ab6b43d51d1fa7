import { z } from "zod";
import { foundClasses } from "#privacy.ts";
import { id, idParams, listOf, openEnum, namedQuery, removed, time, timeZone, usd, usdNotNegative } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const kinds = ["everyone", "key", "user", "team"] as const;
const minuteOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "Write a time of day such as 08:30");

const meanings = {
  applies_to: "Whose requests it holds. `everyone` has no id.",
  models:
    "Patterns of models and aliases with `*`: one of them means the name asked for, or a model that may answer. Null: any.",
  above_usd: "What the request may cost at the most is more than that, or nobody can say. Null: whatever it costs.",
  privacy_classes: "The privacy policy of the caller has found one of these in it. Null: whatever is in it.",
  hours: "When it holds. Null: always.",
  outside: "It holds at all other times.",
  valid_minutes: "For how long a decision counts, unless whoever decides says otherwise.",
};

const hours = z.object({
  time_zone: z.string(),
  weekdays: z.array(z.int()).describe("1 is Monday. What goes on past midnight belongs to the day on which it begins."),
  from: z.string(),
  to: z.string().describe("The same as `from`: all day."),
  outside: z.boolean().describe(meanings.outside),
});

const consentPolicy = z
  .object({
    ...{ id, name: z.string() },
    applies_to: z.object({ kind: openEnum(kinds), id: id.nullable() }).describe(meanings.applies_to),
    models: z.array(z.string()).nullable().describe(meanings.models),
    above_usd: usd.nullable().describe(meanings.above_usd),
    privacy_classes: z.array(openEnum(foundClasses)).nullable().describe(meanings.privacy_classes),
    hours: hours.nullable().describe(meanings.hours),
    valid_minutes: z.number().describe(meanings.valid_minutes),
    is_active: z.boolean(),
    ...{ created_at: time, updated_at: time },
  })
  .meta({ id: "ConsentPolicy" });

const weekdays = z.array(z.int().min(1).max(7)).min(1).max(7);
const input = {
  name: z.string().trim().min(1).max(100),
  applies_to: z
    .strictObject({ kind: z.enum(kinds), id: id.nullable().default(null) })
    .refine(({ kind, id: of }) => (kind === "everyone") === (of === null), {
      error: "`everyone` has no id, and all others have one",
      path: ["id"],
    })
    .describe(meanings.applies_to),
  models: z.array(z.string().min(1).max(200)).min(1).max(100).nullable().describe(meanings.models),
  above_usd: usdNotNegative.nullable().describe(meanings.above_usd),
  privacy_classes: z.array(z.enum(foundClasses)).min(1).nullable().describe(meanings.privacy_classes),
  hours: z
    .strictObject({
      time_zone: timeZone.default("UTC"),
      weekdays: weekdays.default([1, 2, 3, 4, 5, 6, 7]),
      from: minuteOfDay.default("00:00"),
      to: minuteOfDay.default("00:00"),
      outside: z.boolean().default(false).describe(meanings.outside),
    })
    .nullable()
    .describe(meanings.hours),
  valid_minutes: z
    .int()
    .min(1)
    .max(60 * 24 * 31)
    .describe(meanings.valid_minutes),
  is_active: z.boolean(),
};

const consentPolicyCreate = z
  .strictObject({
    ...{ name: input.name, applies_to: input.applies_to.default({ kind: "everyone", id: null }) },
    ...{ models: input.models.default(null), above_usd: input.above_usd.default(null) },
    ...{ privacy_classes: input.privacy_classes.default(null), hours: input.hours.default(null) },
    ...{ valid_minutes: input.valid_minutes.default(60), is_active: input.is_active.default(true) },
  })
  .meta({ id: "ConsentPolicyCreate" });

const consentPolicyUpdate = z.strictObject(input).partial().meta({ id: "ConsentPolicyUpdate" });

const tag = "Consents";

export const consentPolicyRoutes = defineRoutes({
  list: {
    id: "consentPolicies.list",
    tag,
    permission: "consent_policies.read",
    method: "GET",
    path: "/admin/consent-policies",
    query: namedQuery("the name"),
    response: listOf(consentPolicy),
    status: 200,
    summary: "List consent policies",
    description: "Oldest first.",
  },
  create: {
    id: "consentPolicies.create",
    tag,
    permission: "consent_policies.create",
    method: "POST",
    path: "/admin/consent-policies",
    body: consentPolicyCreate,
    response: consentPolicy,
    status: 201,
    summary: "Create a consent policy",
    description:
      "It holds requests until somebody has approved them. All of its conditions have to be met; without any it holds every request of whom it applies to.",
  },
  get: {
    id: "consentPolicies.get",
    tag,
    permission: "consent_policies.read",
    method: "GET",
    path: "/admin/consent-policies/{id}",
    params: idParams,
    response: consentPolicy,
    status: 200,
    summary: "Read a consent policy",
    description: "With its conditions.",
  },
  update: {
    id: "consentPolicies.update",
    tag,
    permission: "consent_policies.update",
    method: "PATCH",
    path: "/admin/consent-policies/{id}",
    params: idParams,
    body: consentPolicyUpdate,
    response: consentPolicy,
    status: 200,
    summary: "Change a consent policy",
    description: "Fields left out stay as they are. What was decided already counts on.",
  },
  remove: {
    id: "consentPolicies.remove",
    tag,
    permission: "consent_policies.remove",
    method: "DELETE",
    path: "/admin/consent-policies/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a consent policy",
    description: "It holds nothing any more. What it has held stays in the list.",
  },
});
