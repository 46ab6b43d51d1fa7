import { z } from "zod";
import {
  id,
  idParams,
  limits,
  limitsInput,
  listOf,
  moment,
  pageQuery,
  removed,
  time,
  usd,
  usdNotNegative,
} from "./fields.ts";
import { defineRoutes } from "./route.ts";

const models = z
  .array(z.string().min(1).max(200))
  .max(500)
  .nullable()
  .describe("Names of models, in which `*` stands for any run of characters; null allows every model.");

const apiKey = z
  .object({
    id,
    user_id: id,
    name: z.string(),
    public_id: z.string().describe("The public part of the key: what logs show."),
    permissions: z.object({ models }),
    limits,
    budget_usd: usd.nullable().describe("Total that the key may spend; null is unlimited."),
    spent_usd: usd,
    expires_at: time.nullable(),
    last_used_at: time.nullable(),
    is_active: z.boolean(),
    created_at: time,
  })
  .meta({ id: "ApiKey" });

const createdApiKey = apiKey
  .extend({ key: z.string().describe("The whole key. It is shown in this answer only: GhostLLM keeps its SHA-256.") })
  .meta({ id: "CreatedApiKey" });

const name = z.string().trim().min(1).max(100);
const permissions = z.strictObject({ models });

const apiKeyCreate = z
  .strictObject({
    user_id: id.optional().describe("Owner; the caller's own user where left out."),
    name,
    permissions: permissions.default({ models: null }),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().default(null),
    expires_at: moment.nullable().default(null),
  })
  .meta({ id: "ApiKeyCreate" });

const apiKeyUpdate = z
  .strictObject({
    name: name.optional(),
    permissions: permissions.optional(),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().optional(),
    expires_at: moment.nullable().optional(),
  })
  .meta({ id: "ApiKeyUpdate" });

const tag = "API keys";

export const apiKeyRoutes = defineRoutes({
  list: {
    id: "apiKeys.list",
    tag,
    permission: "keys.read",
    method: "GET",
    path: "/admin/api-keys",
    query: pageQuery.extend({ user_id: id.optional() }),
    response: listOf(apiKey),
    status: 200,
    summary: "List API keys",
    description: "Oldest first, revoked ones included. The keys themselves are not stored and never listed.",
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
