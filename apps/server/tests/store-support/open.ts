import { sql } from "kysely";
import pino from "pino";
import { migrateStore, openStore, type OpenStore, type StoreOptions } from "#control/store/open-store.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import type { NewApiKey } from "#control/store/key-store.ts";
import type { NewUser, UserRow } from "#control/store/store.ts";
import type { TestDatabase } from "./engines.ts";

export const silentLog = pino({ level: "silent" });

export async function openMigrated(
  { databaseUrl, dataDir }: Pick<TestDatabase, "databaseUrl" | "dataDir">,
  options: Partial<StoreOptions> = {},
): Promise<OpenStore> {
  const store = await openStore({ databaseUrl, dataDir, log: silentLog, ...options });
  await migrateStore(store);
  return store;
}

const noLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };

export function newUser(email: string, changed: Partial<NewUser> = {}): NewUser {
  return {
    email,
    username: "Ada",
    passwordHash: null,
    role: "member",
    limits: noLimits,
    budgetNanos: null,
    ...changed,
  };
}

export function newKey(user: Pick<UserRow, "id">, name: string, changed: Partial<NewApiKey> = {}): NewApiKey {
  return {
    userId: user.id,
    teamId: null,
    name,
    publicId: `gk-${name}`,
    keyHash: `hash of ${name}`,
    permissions: { models: null },
    limits: noLimits,
    budgetNanos: null,
    expiresAt: null,
    ...changed,
  };
}

/** What the rollups and the holders say was spent, beside what the log says: they must agree. */
export async function readTotals({ database: { kysely } }: OpenStore) {
  const sum = async (table: "usage_logs" | "usage_hourly" | "spend", column: string, kind?: ScopeKind) => {
    const which = kind === undefined ? sql`1 = 1` : sql`scope_kind = ${kind} and period = 'total'`;
    const query = sql<{
      total: number | null;
    }>`select cast(sum(${sql.ref(column)}) as bigint) as total from ${sql.table(table)} where ${which}`;
    return (await query.execute(kysely)).rows[0]?.total ?? 0;
  };
  const records = await kysely.selectFrom("usage_logs").select("id").execute();
  return {
    ids: records.map(({ id }) => id),
    requests: await sum("usage_hourly", "requests"),
    cost: {
      logs: await sum("usage_logs", "cost"),
      hourly: await sum("usage_hourly", "cost"),
      users: await sum("spend", "nanos", "user"),
      keys: await sum("spend", "nanos", "key"),
    },
    promptTokens: {
      logs: await sum("usage_logs", "prompt_tokens"),
      hourly: await sum("usage_hourly", "prompt_tokens"),
    },
  };
}
