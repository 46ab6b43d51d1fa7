import { z } from "zod";
import { id, idParams, listOf, openEnum, pageQuery, time, usd } from "./fields.ts";
import { privacyCount } from "./privacy.ts";
import { defineRoutes } from "./route.ts";

export const consentStatuses = ["pending", "approved", "refused", "used", "expired"] as const;

const consent = z
  .object({
    id: id.describe("What the caller was told, also as `x-ghostllm-consent-id`."),
    status: openEnum(consentStatuses).describe(
      "`used`: it was approved, and the request has passed. `expired`: its time was over before it was decided or used.",
    ),
    ...{ key_id: id, key_name: z.string().nullable(), user_id: id, username: z.string().nullable() },
    team_id: id.nullable().describe("Of the key; null where it is of none."),
    model: z.string().describe("The name asked for: a model or an alias; empty where the request names none."),
    ...{ operation: z.string(), dialect: z.string() },
    cost_usd: usd.nullable().describe("What it may cost at the most; null where nobody can say."),
    prompt_tokens: z.int().describe("An upper guess."),
    privacy: z
      .array(privacyCount)
      .describe("What the privacy policy of the caller has found in it: classes and counts."),
    policies: z.array(z.object({ id, name: z.string() })).describe("Why it is held."),
    fingerprint: z
      .string()
      .describe("The same for the same request of the same key alone. Nothing of the request can be read from it."),
    request_id: id.describe("Of the first request that was held."),
    valid_minutes: z.number().describe("For how long a decision counts, where whoever decides says nothing else."),
    may_decide: z.boolean().describe("It waits, and whoever asks may approve or refuse it."),
    ends_at: time.describe("Until then it waits, or the decision counts."),
    decided_at: time.nullable(),
    decided_by: id.nullable().describe("A user; null for the admin key, and where nobody has decided."),
    decided_by_name: z.string().nullable(),
    note: z.string().describe("What whoever decided wrote to it. A caller who is refused is told."),
    ...{ used_at: time.nullable(), used_by_request: id.nullable(), created_at: time },
  })
  .meta({ id: "Consent" });

const decision = {
  note: z.string().trim().max(500).default("").describe("For the list; a caller who is refused is told, too."),
  valid_minutes: z
    .int()
    .min(1)
    .max(60 * 24 * 31)
    .optional()
    .describe("For how long it counts, from now; as the policy says where it is left out."),
};

const tag = "Consents";

export const consentRoutes = defineRoutes({
  list: {
    id: "consents.list",
    tag,
    permission: "consents.read",
    method: "GET",
    path: "/admin/consents",
    query: pageQuery.extend({
      status: z.enum(consentStatuses).optional(),
      ...{ key_id: id.optional(), user_id: id.optional(), team_id: id.optional() },
      model: z.string().max(200).optional().describe("As it was asked for."),
    }),
    response: listOf(consent),
    status: 200,
    summary: "List requests that consent policies have held",
    description: "The latest first. Everybody sees his own; nobody sees what is in them.",
  },
  get: {
    id: "consents.get",
    tag,
    permission: "consents.read",
    method: "GET",
    path: "/admin/consents/{id}",
    params: idParams,
    response: consent,
    status: 200,
    summary: "Read a held request",
    description: "With what was decided of it.",
  },
  approve: {
    id: "consents.approve",
    tag,
    permission: "consents.decide",
    method: "POST",
    path: "/admin/consents/{id}/approve",
    params: idParams,
    body: z.strictObject(decision).meta({ id: "ConsentApproval" }),
    response: consent,
    status: 200,
    summary: "Approve a held request",
    description:
      "The same request of the same key then passes, once. 409 where it does not wait any more. Who decides for his teams alone does not decide on his own requests.",
  },
  refuse: {
    id: "consents.refuse",
    tag,
    permission: "consents.decide",
    method: "POST",
    path: "/admin/consents/{id}/refuse",
    params: idParams,
    body: z.strictObject(decision).meta({ id: "ConsentRefusal" }),
    response: consent,
    status: 200,
    summary: "Refuse a held request",
    description:
      "The same request of the same key is told so for as long as it counts; after that it may be asked for again.",
  },
});
