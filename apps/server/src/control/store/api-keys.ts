import { GhostError, newId } from "@ghostllm/contract";
import { sql, type Kysely, type RawBuilder, type Selectable } from "kysely";
import type { Reach } from "#domain/access/may.ts";
import { keyCreated } from "#control/store/events/admin-events.ts";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created } from "#control/store/audit/row-changes.ts";
import {
  asItIs,
  definedOnly,
  parseBudgets,
  parseOwnerKind,
  parsePermissions,
  parsePrivacy,
  parsePromptPolicy,
  parseRateLimits,
  parseWords,
  toBit,
  writePrivacy,
} from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { narrowed } from "./named-list.ts";
import { isWithin } from "./reach.ts";
import { spentColumn } from "./spend.ts";
import type { ApiKeyChange, ApiKeyRow, NewApiKey, PreviousSecret } from "./key-store.ts";
import type { Store } from "./store.ts";
import type { ApiKeysTable, Tables } from "./tables.ts";

const naming: Naming = { object: "key", parent: { object: "user", column: "user_id" } };
const spent = spentColumn("key");
const owners = { user: "user_id", key: "id", team: "team_id" };
const listed = {
  id: "id",
  searched: ["name", "public_id"],
  orders: { name: { text: "name" }, expires_at: { number: "expires_at" } },
};
const ownerKind = sql<string>`(select kind from users where users.id = api_keys.user_id)`.as("owner_kind");

export function apiKeysIn(database: Database): Store["apiKeys"] {
  const { kysely } = database;
  const find: Store["apiKeys"]["find"] = async (id, reach) => {
    const query = kysely
      .selectFrom("api_keys")
      .selectAll()
      .select([spent, ownerKind])
      .where("id", "=", id)
      .where(isWithin(reach, owners));
    const row = await query.executeTakeFirst();
    return row && toRow(row);
  };
  return {
    find,
    async findByHash(keyHash) {
      const isIt = sql<boolean>`(key_hash = ${keyHash} or previous_key_hash = ${keyHash})`;
      const query = kysely.selectFrom("api_keys").selectAll().select([spent, ownerKind]).where(isIt);
      const row = await query.executeTakeFirst();
      return row && { key: toRow(row), isPrevious: row.key_hash !== keyHash };
    },
    create: creatorIn(database),
    async list({ userId, teamId, tag, isActive, ...page }, reach) {
      const { where, order } = narrowed(page, listed);
      let query = kysely
        .selectFrom("api_keys")
        .selectAll()
        .select([spent, ownerKind])
        .where(isWithin(reach, owners))
        .where(where)
        .orderBy(order)
        .limit(page.limit);
      if (isActive !== undefined) query = query.where("is_active", "=", toBit(isActive));
      if (userId !== undefined) query = query.where("user_id", "=", userId);
      if (teamId !== undefined) query = query.where("team_id", "=", teamId);
      if (tag !== undefined) query = query.where(isTagged(tag));
      return (await query.execute()).map(toRow);
    },
    expiring: expiringIn(database),
    rotate: rotatorIn(database),
    async update(id, keyChange, reach) {
      const values = definedOnly(toChangedColumns(keyChange));
      return Object.keys(values).length === 0 ? find(id, reach) : update(database, { id, reach }, values);
    },
  };
}

function creatorIn(database: Database): Store["apiKeys"]["create"] {
  const record = recorderIn(database);
  return async (key, by = null) => {
    const now = database.now();
    const values = { ...toColumns(key), id: newId(now), is_active: 1, created_at: now };
    const insert = async (transaction: Kysely<Tables>): Promise<ApiKeyRow> => {
      await refuseKnown(transaction, key.keyHash);
      const insertion = transaction.insertInto("api_keys").values(values).returningAll().returning([spent, ownerKind]);
      const stored = await insertion.executeTakeFirstOrThrow();
      const row = toRow(stored);
      await record(transaction, created("api_keys", [stored]), [keyCreated(row, by)]);
      return row;
    };
    return change(database, naming, () => database.kysely.transaction().execute(insert));
  };
}

/** A constraint sees to those that are in use; this one was another key's before its rotation. */
async function refuseKnown(transaction: Kysely<Tables>, keyHash: string): Promise<void> {
  const known = transaction.selectFrom("api_keys").select("id").where("previous_key_hash", "=", keyHash);
  if ((await known.executeTakeFirst()) === undefined) return;
  throw new GhostError("conflict", "There is already a key with this key_hash.", { param: "key_hash" });
}

interface Sought {
  readonly id: string;
  readonly reach: Reach;
}

function update(
  database: Database,
  { id, reach }: Sought,
  values: Partial<ApiKeysTable>,
): Promise<ApiKeyRow | undefined> {
  const record = recorderIn(database);
  const run = async (transaction: Kysely<Tables>): Promise<ApiKeyRow | undefined> => {
    const rows = transaction.updateTable("api_keys").where("id", "=", id).where(isWithin(reach, owners));
    const before = await rows.set(asItIs).returningAll().executeTakeFirst();
    const after = await rows.set(values).returningAll().returning([spent, ownerKind]).executeTakeFirst();
    if (before === undefined || after === undefined) return undefined;
    const isRevoked = before.is_active === 1 && after.is_active === 0;
    await record(transaction, changed("api_keys", before, after, isRevoked ? "revoked" : "changed"));
    return toRow(after);
  };
  return change(database, naming, () => database.kysely.transaction().execute(run));
}

function expiringIn({ kysely, now }: Database): Store["apiKeys"]["expiring"] {
  return async (before, limit, reach) => {
    const query = kysely
      .selectFrom("api_keys")
      .selectAll()
      .select([spent, ownerKind])
      .where("is_active", "=", 1)
      .where("expires_at", ">", now())
      .where("expires_at", "<", before)
      .where(isWithin(reach, owners))
      .orderBy("expires_at")
      .limit(limit);
    return (await query.execute()).map(toRow);
  };
}

/** The key that was there until now becomes the one of before; what was before that is no key any more. */
function rotatorIn(database: Database): Store["apiKeys"]["rotate"] {
  const { kysely } = database;
  const record = recorderIn(database);
  return async (id, { publicId, keyHash, previousUntil }, reach) => {
    const rotate = async (transaction: Kysely<Tables>): Promise<ApiKeyRow | undefined> => {
      const rows = transaction
        .updateTable("api_keys")
        .where("id", "=", id)
        .where("is_active", "=", 1)
        .where(isWithin(reach, owners));
      const before = await rows.set(asItIs).returningAll().executeTakeFirst();
      if (before === undefined) return undefined;
      const previous = {
        previous_key_hash: before.key_hash,
        previous_public_id: before.public_id,
        previous_until: previousUntil,
      };
      const changing = rows.set({ ...previous, key_hash: keyHash, public_id: publicId });
      const after = await changing.returningAll().returning([spent, ownerKind]).executeTakeFirstOrThrow();
      await record(transaction, changed("api_keys", before, after, "rotated"));
      return toRow(after);
    };
    return change(database, naming, () => kysely.transaction().execute(rotate));
  };
}

/** Tags are a list in JSON, so one of them stands between quotes. */
function isTagged(tag: string): RawBuilder<boolean> {
  const pattern = `%${JSON.stringify(tag).replace(/[\\%_]/g, "\\$&")}%`;
  return sql<boolean>`tags like ${pattern} escape '\\'`;
}

function toColumns(key: NewApiKey) {
  return {
    tags: JSON.stringify(key.tags ?? []),
    user_id: key.userId,
    team_id: key.teamId,
    name: key.name,
    public_id: key.publicId,
    key_hash: key.keyHash,
    permissions: JSON.stringify(key.permissions),
    rate_limit: JSON.stringify(key.limits),
    budget_limit: key.budgetNanos,
    budgets: JSON.stringify(key.budgets ?? []),
    privacy: writePrivacy(key.privacy ?? null),
    store_prompts: key.storePrompts ?? null,
    expires_at: key.expiresAt,
  };
}

function toChangedColumns(key: ApiKeyChange) {
  return {
    tags: key.tags && JSON.stringify(key.tags),
    name: key.name,
    permissions: key.permissions && JSON.stringify(key.permissions),
    rate_limit: key.limits && JSON.stringify(key.limits),
    budget_limit: key.budgetNanos,
    budgets: key.budgets && JSON.stringify(key.budgets),
    privacy: key.privacy === undefined ? undefined : writePrivacy(key.privacy),
    store_prompts: key.storePrompts,
    expires_at: key.expiresAt,
    is_active: key.isActive === undefined ? undefined : toBit(key.isActive),
  };
}

function toRow(row: Selectable<ApiKeysTable> & { readonly spent: number; readonly owner_kind: string }): ApiKeyRow {
  return {
    id: row.id,
    userId: row.user_id,
    ownerKind: parseOwnerKind(row.owner_kind),
    teamId: row.team_id,
    name: row.name,
    publicId: row.public_id,
    keyHash: row.key_hash,
    permissions: parsePermissions(row.permissions),
    limits: parseRateLimits(row.rate_limit),
    budgetNanos: row.budget_limit,
    budgets: parseBudgets(row.budgets),
    spentNanos: row.spent,
    privacy: parsePrivacy(row.privacy),
    storePrompts: parsePromptPolicy(row.store_prompts),
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    isActive: row.is_active === 1,
    tags: parseWords(row.tags),
    previous: previousOf(row),
    createdAt: row.created_at,
  };
}

function previousOf(row: Selectable<ApiKeysTable>): PreviousSecret | null {
  const { previous_public_id: publicId, previous_until: until } = row;
  return publicId === null || until === null ? null : { publicId, until };
}
