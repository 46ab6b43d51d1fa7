import { z } from "zod";
import {
  declaredIn,
  flag,
  id,
  idParams,
  limits,
  limitsInput,
  listOf,
  moment,
  openEnum,
  namedQuery,
  removed,
  time,
  usd,
  usdNotNegative,
} from "./fields.ts";
import { scopeBudget, scopeBudgetsInput } from "./budget-fields.ts";
import { permissions, shownPermissions } from "./key-permissions.ts";
import { privacyInput, privacyOf } from "./privacy.ts";
import { defineRoutes } from "./route.ts";
import { storedOf, storePrompts } from "./stored-prompts.ts";

const ownerKinds = ["user", "service_account", "team"] as const;

const oneTag = z.string().trim().min(1).max(40);
const tags = z
  .array(oneTag)
  .max(20)
  .transform((given) => [...new Set(given)])
  .describe("Words to find keys by.");

const previous = z
  .object({ public_id: z.string(), works_until: time })
  .describe("The secret that it had before it was rotated, while that works still.");

const apiKey = z
  .object({
    id,
    user_id: id.describe(
      "Of the user, of the service account, or of the account that holds the keys of the team itself.",
    ),
    owner: openEnum(ownerKinds),
    team_id: id.nullable().describe("The team whose limits and budget it counts by, too."),
    name: z.string(),
    public_id: z.string().describe("The public part of the key: what logs show."),
    tags: z.array(z.string()),
    permissions: shownPermissions,
    limits,
    budget_usd: usd.nullable().describe("Total that the key may spend; null is unlimited."),
    privacy: privacyOf("key"),
    store_prompts: storedOf.nullable().describe("What is stored of its requests, sealed; null: what its team says."),
    spent_usd: usd,
    budgets: z.array(scopeBudget).describe("Beside `budget_usd`."),
    expires_at: time.nullable(),
    last_used_at: time.nullable(),
    is_active: z.boolean(),
    previous: previous.nullable(),
    declared: declaredIn,
    created_at: time,
  })
  .meta({ id: "ApiKey" });

const createdApiKey = apiKey
  .extend({ key: z.string().describe("The whole key. It is shown in this answer only: GhostLLM keeps its SHA-256.") })
  .meta({ id: "CreatedApiKey" });

const name = z.string().trim().min(1).max(100);
const apiKeyCreate = z
  .strictObject({
    user_id: id
      .optional()
      .describe("The user or the service account that it is of; the caller himself where left out."),
    owner: z.enum(["user", "team"]).default("user").describe("`team`: it is of the team itself, and of nobody in it."),
    team_id: id.nullable().default(null).describe("A team that the owner is in. It cannot be changed later."),
    name,
    tags: tags.default([]),
    permissions: permissions.default({}),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().default(null),
    budgets: scopeBudgetsInput.optional(),
    privacy: privacyInput.nullable().default(null),
    store_prompts: storePrompts.nullable().default(null).describe("Null: as its team says, and else nothing."),
    expires_at: moment.nullable().default(null),
  })
  .meta({ id: "ApiKeyCreate" });

const apiKeyImport = apiKeyCreate
  .extend({
    sha256: z
      .string()
      .toLowerCase()
      .regex(/^[0-9a-f]{64}$/, "Give the SHA-256 of the whole key, in hex")
      .describe("Of the whole key, in hex: the key itself is not sent."),
  })
  .meta({ id: "ApiKeyImport" });

const apiKeyRotate = z
  .strictObject({
    overlap_seconds: z
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(86_400)
      .describe("How long the secret of before goes on working. One of before that stops at once."),
  })
  .meta({ id: "ApiKeyRotate" });

const apiKeyUpdate = z
  .strictObject({
    name: name.optional(),
    tags: tags.optional(),
    permissions: permissions.optional(),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().optional(),
    budgets: scopeBudgetsInput.optional(),
    privacy: privacyInput.nullable().optional(),
    store_prompts: storePrompts.nullable().optional(),
    expires_at: moment.nullable().optional(),
  })
  .meta({ id: "ApiKeyUpdate" });

const ownKeyCreate = apiKeyCreate
  .omit({ user_id: true, owner: true, team_id: true, store_prompts: true })
  .extend({ team_id: id.describe("A team that the caller is in, and that lets its members make keys.") })
  .meta({ id: "OwnKeyCreate" });

const tag = "API keys";

export const apiKeyRoutes = defineRoutes({
  list: {
    id: "apiKeys.list",
    tag,
    permission: "keys.read",
    method: "GET",
    path: "/admin/api-keys",
    query: namedQuery("the name or the public id", "expires_at").extend({
      user_id: id.optional(),
      team_id: id.optional(),
      tag: oneTag.optional().describe("Only those that have it."),
      is_active: flag.optional().describe("False: only those that are revoked."),
    }),
    response: listOf(apiKey),
    status: 200,
    summary: "List API keys",
    description:
      "Revoked ones included. In the order of `expires_at`, those that do not end are last. The keys themselves are not stored and never listed.",
  },
  create: {
    id: "apiKeys.create",
    tag,
    permission: "keys.create",
    method: "POST",
    path: "/admin/api-keys",
    body: apiKeyCreate,
    response: createdApiKey,
    status: 201,
    summary: "Create an API key",
    description: "The key works as soon as the answer is there.",
  },
  get: {
    id: "apiKeys.get",
    tag,
    permission: "keys.read",
    method: "GET",
    path: "/admin/api-keys/{id}",
    params: idParams,
    response: apiKey,
    status: 200,
    summary: "Read an API key",
    description: "Without the key itself, which is not stored.",
  },
  update: {
    id: "apiKeys.update",
    tag,
    permission: "keys.update",
    method: "PATCH",
    path: "/admin/api-keys/{id}",
    params: idParams,
    body: apiKeyUpdate,
    response: apiKey,
    status: 200,
    summary: "Change an API key",
    description: "Fields left out stay as they are. A revoked key cannot be brought back.",
  },
  import: {
    id: "apiKeys.import",
    tag,
    permission: "keys.create",
    method: "POST",
    path: "/admin/api-keys/import",
    body: apiKeyImport,
    response: apiKey,
    status: 201,
    summary: "Take over an API key by its hash",
    description:
      "For keys that another gateway has given out: people go on using them. It may look in any way; logs and lists name it by the beginning of its hash.",
  },
  rotate: {
    id: "apiKeys.rotate",
    tag,
    permission: "keys.rotate",
    method: "POST",
    path: "/admin/api-keys/{id}/rotate",
    params: idParams,
    body: apiKeyRotate,
    response: createdApiKey,
    status: 201,
    summary: "Give an API key a new secret",
    description:
      "The key stays the same one, with its limits, its budget and what it has spent. The new secret works as soon as the answer is there, and the one of before for as long as `overlap_seconds` says.",
  },
  revoke: {
    id: "apiKeys.revoke",
    tag,
    permission: "keys.revoke",
    method: "DELETE",
    path: "/admin/api-keys/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Revoke an API key",
    description: "It has stopped working when the answer is there. The row stays, so that its usage keeps its name.",
  },
});

/** By which members of teams see to keys of their own. */
export const ownKeyRoutes = defineRoutes({
  create: {
    id: "ownKeys.create",
    tag,
    permission: "own_keys.manage",
    method: "POST",
    path: "/admin/own-keys",
    body: ownKeyCreate,
    response: createdApiKey,
    status: 201,
    summary: "Create an API key of one's own",
    description:
      "For members and managers of a team that lets its members: the key counts by the team's limits, budget and models.",
  },
  update: {
    id: "ownKeys.update",
    tag,
    permission: "own_keys.manage",
    method: "PATCH",
    path: "/admin/own-keys/{id}",
    params: idParams,
    body: apiKeyUpdate.pick({ name: true }),
    response: apiKey,
    status: 200,
    summary: "Rename an API key of one's own",
    description: "Its limits and its budget are the business of whoever manages the team.",
  },
  revoke: {
    id: "ownKeys.revoke",
    tag,
    permission: "own_keys.manage",
    method: "DELETE",
    path: "/admin/own-keys/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Revoke an API key of one's own",
    description: "It has stopped working when the answer is there.",
  },
});
