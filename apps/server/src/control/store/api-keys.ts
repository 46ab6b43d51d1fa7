import { newId } from "@ghostllm/contract";
import type { Selectable } from "kysely";
import { definedOnly, parsePermissions, parseRateLimits, toBit } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { isWithin } from "./reach.ts";
import { spentColumn } from "./spend.ts";
import type { ApiKeyChange, ApiKeyRow, NewApiKey, Store } from "./store.ts";
import type { ApiKeysTable } from "./tables.ts";

const naming: Naming = { object: "key", parent: { object: "user", column: "user_id" } };
const spent = spentColumn("key");
const owners = { user: "user_id", key: "id" };

export function apiKeysIn(database: Database): Store["apiKeys"] {
  const { kysely } = database;
  const find: Store["apiKeys"]["find"] = async (id, reach) => {
    const query = kysely
      .selectFrom("api_keys")
      .selectAll()
      .select(spent)
      .where("id", "=", id)
      .where(isWithin(reach, owners));
    const row = await query.executeTakeFirst();
    return row && toRow(row);
  };
  return {
    find,
    async create(key) {
      const now = database.now();
      const values = { ...toColumns(key), id: newId(now), is_active: 1, created_at: now };
      const insertion = kysely.insertInto("api_keys").values(values).returningAll().returning(spent);
      return toRow(await change(database, naming, () => insertion.executeTakeFirstOrThrow()));
    },
    async list({ limit, after, userId }, reach) {
      let query = kysely
        .selectFrom("api_keys")
        .selectAll()
        .select(spent)
        .where(isWithin(reach, owners))
        .orderBy("id")
        .limit(limit);
      if (after !== undefined) query = query.where("id", ">", after);
      if (userId !== undefined) query = query.where("user_id", "=", userId);
      return (await query.execute()).map(toRow);
    },
    expiring: expiringIn(database),
    async update(id, keyChange, reach) {
      const values = definedOnly(toChangedColumns(keyChange));
      if (Object.keys(values).length === 0) return find(id, reach);
      const target = kysely.updateTable("api_keys").set(values).where("id", "=", id).where(isWithin(reach, owners));
      const query = target.returningAll().returning(spent);
      const row = await change(database, naming, () => query.executeTakeFirst());
      return row && toRow(row);
    },
  };
}

function expiringIn({ kysely, now }: Database): Store["apiKeys"]["expiring"] {
  return async (before, limit, reach) => {
    const query = kysely
      .selectFrom("api_keys")
      .selectAll()
      .select(spent)
      .where("is_active", "=", 1)
      .where("expires_at", ">", now())
      .where("expires_at", "<", before)
      .where(isWithin(reach, owners))
      .orderBy("expires_at")
      .limit(limit);
    return (await query.execute()).map(toRow);
  };
}

function toColumns(key: NewApiKey) {
  return {
    user_id: key.userId,
    name: key.name,
    public_id: key.publicId,
    key_hash: key.keyHash,
    permissions: JSON.stringify(key.permissions),
    rate_limit: JSON.stringify(key.limits),
    budget_limit: key.budgetNanos,
    expires_at: key.expiresAt,
  };
}

function toChangedColumns(key: ApiKeyChange) {
  return {
    name: key.name,
    permissions: key.permissions && JSON.stringify(key.permissions),
    rate_limit: key.limits && JSON.stringify(key.limits),
    budget_limit: key.budgetNanos,
    expires_at: key.expiresAt,
    is_active: key.isActive === undefined ? undefined : toBit(key.isActive),
  };
}

function toRow(row: Selectable<ApiKeysTable> & { readonly spent: number }): ApiKeyRow {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    publicId: row.public_id,
    keyHash: row.key_hash,
    permissions: parsePermissions(row.permissions),
    limits: parseRateLimits(row.rate_limit),
    budgetNanos: row.budget_limit,
    spentNanos: row.spent,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    isActive: row.is_active === 1,
    createdAt: row.created_at,
  };
}
