import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyMigrations } from "#control/store/migrate.ts";
import { allMigrations } from "#control/store/migrations/all.ts";
import { migrateStore, openStore, type OpenStore } from "#control/store/open-store.ts";
import type { ScopeSpend } from "#control/store/store.ts";
import type { Reach } from "#domain/access/may.ts";
import type { Scope } from "#domain/access/scope.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newKey, newUser, openMigrated, silentLog } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";

async function listAll({ spend }: OpenStore, limit: number): Promise<readonly ScopeSpend[]> {
  const seen: ScopeSpend[] = [];
  for (;;) {
    const after = seen.at(-1)?.scope;
    const page = await spend.list(after === undefined ? { limit } : { limit, after });
    seen.push(...page);
    if (page.length === 0) return seen;
  }
}

const user = (id: string): Scope => ({ kind: "user", id });
const key = (id: string): Scope => ({ kind: "key", id });

describe.each(availableEngines())("what was spent, on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;

  beforeEach(async () => {
    database = await engine.create();
    store = await openMigrated(database);
  });

  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  it("is told beside the budgets that are used up, the furthest first, within a reach", async () => {
    const ada = await store.users.create(newUser("ada@example.com", { username: "ada", budgetNanos: 1_000 }));
    const bob = await store.users.create(newUser("bob@example.com", { username: "bob", budgetNanos: null }));
    await store.users.create(newUser("eve@example.com", { username: "eve", budgetNanos: 0 }));
    const adas = await store.apiKeys.create(newKey(ada, "adas", { budgetNanos: 800 }));
    const bobs = await store.apiKeys.create(newKey(bob, "bobs", { budgetNanos: 9_000_000_000_000_000 }));
    const revoked = await store.apiKeys.create(newKey(bob, "revoked", { budgetNanos: 1 }));
    await store.apiKeys.update(revoked.id, { isActive: false }, "all");
    const use = (userId: string, apiKeyId: string, costNanos: number) => createRecord({ userId, apiKeyId, costNanos });
    await store.usage.insert([
      use(ada.id, adas.id, 799),
      use(bob.id, bobs.id, 8_999_999_999_999_999),
      use(bob.id, revoked.id, 5),
    ]);
    const used = async (percent: number, reach: Reach = "all", ids?: readonly string[]) => {
      const found = await store.budgets.used({ percent, limit: 10, ...(ids && { ids }) }, reach);
      return found.map(({ scope, name, userId, spentNanos, budgetNanos }) => [
        ...[scope.kind, name, userId === scope.id, spentNanos, budgetNanos],
      ]);
    };
    const bobsKey = ["key", "bobs", false, 8_999_999_999_999_999, 9_000_000_000_000_000];
    const adasKey = ["key", "adas", false, 799, 800];
    expect(await used(80)).toEqual([bobsKey, adasKey, ["user", "eve", true, 0, 0]]);
    expect(await used(70)).toEqual([bobsKey, adasKey, ["user", "ada", true, 799, 1_000], ["user", "eve", true, 0, 0]]);
    expect(await used(100)).toEqual([["user", "eve", true, 0, 0]]);
    expect(await used(50, [user(ada.id)])).toEqual([adasKey, ["user", "ada", true, 799, 1_000]]);
    expect(await used(50, "all", [adas.id, "none"])).toEqual([adasKey]);
    expect((await store.budgets.used({ percent: 0, limit: 2 }, "all")).map(({ name }) => name)).toEqual([
      "bobs",
      "adas",
    ]);
    expect(await used(0, [])).toEqual([]);
  });

  it("is listed scope by scope, page by page, each once", async () => {
    const records = ["a", "b", "c"].flatMap((name) => [
      createRecord({ userId: "one", apiKeyId: name, costNanos: 5 }),
      createRecord({ userId: name, apiKeyId: "x", costNanos: 7 }),
    ]);
    await store.usage.insert(records.slice(0, 4));
    await store.usage.insert(records);
    const expected = [
      ...["a", "b", "c"].map((id) => ({ scope: key(id), nanos: 5 })),
      { scope: key("x"), nanos: 21 },
      ...["a", "b", "c"].map((id) => ({ scope: user(id), nanos: 7 })),
      { scope: user("one"), nanos: 15 },
    ];
    for (const limit of [1, 3, 100]) expect(await listAll(store, limit)).toEqual(expected);
  });

  it("has no row for whoever spent nothing", async () => {
    await store.usage.insert([createRecord({ costNanos: 0 }), createRecord({ costNanos: null })]);
    expect(await listAll(store, 10)).toEqual([]);
  });

  it("is shown by users and keys, however they are read", async () => {
    const ada = await store.users.create(newUser("ada@example.com"));
    const { id } = await store.apiKeys.create(newKey(ada, "key"));
    await store.usage.insert([createRecord({ userId: ada.id, apiKeyId: id, costNanos: 9 })]);
    const users = [
      ...(await store.users.list({ limit: 5 }, "all")),
      await store.users.find(ada.id, "all"),
      await store.users.update(ada.id, { username: "Ada" }),
      (await store.credentials.find({ id: ada.id }))?.user,
    ];
    const keys = [
      ...(await store.apiKeys.list({ limit: 5 }, "all")),
      await store.apiKeys.find(id, "all"),
      await store.apiKeys.update(id, { name: "other" }, "all"),
    ];
    expect(users.map((row) => row?.spentNanos)).toEqual([9, 9, 9, 9]);
    expect(keys.map((row) => row?.spentNanos)).toEqual([9, 9, 9]);
  });

  it("outlives who spent it", async () => {
    const ada = await store.users.create(newUser("ada@example.com"));
    const { id } = await store.apiKeys.create(newKey(ada, "key"));
    const use = () => createRecord({ userId: ada.id, apiKeyId: id, costNanos: 2 });
    await store.usage.insert([use()]);
    expect(await store.users.remove(ada.id)).toBe(true);
    await store.usage.insert([use()]);
    expect(await listAll(store, 10)).toEqual([
      { scope: key(id), nanos: 4 },
      { scope: user(ada.id), nanos: 4 },
    ]);
  });

  // SQLite has one writer at a time.
  if (engine.name !== "postgres") return;

  it("is not added to while a user is removed with all keys", async () => {
    const second = await openStore({ ...database, log: silentLog });
    const { id } = await store.users.create(newUser("ada@example.com"));
    let isRemoved = false;
    const { removal } = await store.database.kysely.transaction().execute(async (transaction) => {
      await store.database.engine.lockUsage(transaction);
      const removing = second.users.remove(id).finally(() => (isRemoved = true));
      await sleep(300);
      expect(isRemoved).toBe(false);
      return { removal: removing };
    });
    expect(await removal).toBe(true);
    await second.close();
  });
});

describe.each(availableEngines())("a database of an older GhostLLM, on $name", (engine) => {
  it("keeps what users and keys have spent", async () => {
    const database = await engine.create();
    const store = await openStore({ ...database, log: silentLog });
    try {
      const before = allMigrations.filter(({ number }) => number < 8);
      await applyMigrations(store.database, before);
      const { kysely } = store.database;
      const most = 9_000_000_000_000_000;
      for (const [id, spent] of [["u1", most] as const, ["u2", 0] as const]) {
        await sql`insert into users (id, email, username, role, rate_limit, current_spend, created_at, updated_at)
          values (${id}, ${id}, 'Ada', 'admin', ${limits}, ${spent}, 1, 1)`.execute(kysely);
        const keyId = `k-${id}`;
        await sql`insert into api_keys (id, user_id, name, public_id, key_hash, permissions, rate_limit, current_spend,
          last_used_at, is_active, created_at)
          values (${keyId}, ${id}, 'key', ${keyId}, ${keyId}, '{"models":null}', ${limits}, ${spent}, 7, 1, 1)`.execute(
          kysely,
        );
      }
      await migrateStore(store);
      expect((await store.users.list({ limit: 5 }, "all")).map(({ spentNanos }) => spentNanos)).toEqual([most, 0]);
      const keys = await store.apiKeys.list({ limit: 5 }, "all");
      expect(keys.map(({ spentNanos, lastUsedAt }) => [spentNanos, lastUsedAt])).toEqual([
        [most, 7],
        [0, 7],
      ]);
      expect(await listAll(store, 10)).toEqual([
        { scope: key("k-u1"), nanos: most },
        { scope: user("u1"), nanos: most },
      ]);
      await store.usage.insert([createRecord({ userId: "u1", apiKeyId: "k-u2", costNanos: 3 })]);
      expect((await store.users.find("u1", "all"))?.spentNanos).toBe(most + 3);
      expect((await store.apiKeys.find("k-u2", "all"))?.spentNanos).toBe(3);
    } finally {
      await store.close();
      await database.dispose();
    }
  });
});

const limits = '{"requestsPerMinute":null,"tokensPerMinute":null,"concurrentRequests":null}';
