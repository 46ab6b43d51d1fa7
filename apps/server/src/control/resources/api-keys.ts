import { formatUsd, GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { ApiKeyChange, ApiKeyRow } from "#control/store/store.ts";
import type { Actor } from "#domain/access/actor.ts";
import {
  found,
  invalid,
  mergeLimits,
  toApiLimits,
  toNanosOrNull,
  toTime,
  toTimeOrNull,
  toUsdOrNull,
  unlimited,
} from "./fields.ts";
import { newKeyMaterial } from "./key-material.ts";
import { readPage } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiKey = RouteAnswer<AdminRoutes["apiKeys"]["get"]>;
type KeyUpdate = Parameters<Resource<"apiKeys">["update"]>[0]["body"];

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    user_id: row.userId,
    name: row.name,
    public_id: row.publicId,
    permissions: { models: row.permissions.models === null ? null : [...row.permissions.models] },
    limits: toApiLimits(row.limits),
    budget_usd: toUsdOrNull(row.budgetNanos),
    spent_usd: formatUsd(row.spentNanos),
    expires_at: toTimeOrNull(row.expiresAt),
    last_used_at: toTimeOrNull(row.lastUsedAt),
    is_active: row.isActive,
    created_at: toTime(row.createdAt),
  };
}

export function createApiKeysResource({
  store,
  changed,
  withdraw,
  steadyTime,
}: Pick<ResourceDependencies, "store" | "changed" | "withdraw" | "steadyTime">): Resource<"apiKeys"> {
  return {
    list: ({ query: { user_id: userId, ...page }, reach }) => {
      const owner = userId === undefined ? {} : { userId };
      return readPage(page, (next) => store.apiKeys.list({ ...next, ...owner }, reach), toApiKey);
    },

    async create({ body, actor, reach }) {
      const userId = ownerOf(body.user_id, actor);
      if ((await store.users.find(userId, reach)) === undefined) throw invalid("user_id", `There is no user ${userId}`);
      const { key, publicId, keyHash } = newKeyMaterial();
      const row = await store.apiKeys.create({
        userId,
        name: body.name,
        publicId,
        keyHash,
        permissions: body.permissions,
        limits: mergeLimits(unlimited, body.limits),
        budgetNanos: toNanosOrNull(body.budget_usd),
        expiresAt: toExpiry(body.expires_at, steadyTime.now()),
      });
      await changed();
      return { ...toApiKey(row), key };
    },

    get: async ({ params, reach }) => toApiKey(found(await store.apiKeys.find(params.id, reach), "API key", params.id)),

    async update({ params, body, reach }) {
      const before = found(await store.apiKeys.find(params.id, reach), "API key", params.id);
      if (!before.isActive) throw new GhostError("conflict", `The key ${before.publicId} is revoked for good`);
      const row = await store.apiKeys.update(params.id, toChange(before, body, steadyTime.now()), reach);
      await changed();
      return toApiKey(found(row, "API key", params.id));
    },

    async revoke({ params, reach }) {
      found(await store.apiKeys.update(params.id, { isActive: false }, reach), "API key", params.id);
      await withdraw({ kind: "key", id: params.id });
      await changed();
      return { id: params.id, deleted: true };
    },
  };
}

function ownerOf(userId: string | undefined, actor: Actor): string {
  const owner = userId ?? actor.userId;
  if (owner === null) throw invalid("user_id", "The admin key belongs to no user, so name the owner of the new key");
  return owner;
}

function toChange(before: ApiKeyRow, body: KeyUpdate, nowMs: number): ApiKeyChange {
  return {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.permissions !== undefined && { permissions: body.permissions }),
    ...(body.limits !== undefined && { limits: mergeLimits(before.limits, body.limits) }),
    ...(body.budget_usd !== undefined && { budgetNanos: toNanosOrNull(body.budget_usd) }),
    ...(body.expires_at !== undefined && { expiresAt: toExpiry(body.expires_at, nowMs) }),
  };
}

function toExpiry(moment: string | null, nowMs: number): number | null {
  if (moment === null) return null;
  const expiresAt = Date.parse(moment);
  if (expiresAt <= nowMs) throw invalid("expires_at", "The time has passed already; revoke a key to end it now");
  return expiresAt;
}
