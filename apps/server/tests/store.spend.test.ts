import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyMigrations } from "#control/store/migrate.ts";
import { allMigrations } from "#control/store/migrations/all.ts";
import { migrateStore, openStore, type OpenStore } from "#control/store/open-store.ts";
import type { ScopeSpend } from "#control/store/spend-store.ts";
import type { Reach } from "#domain/access/may.ts";
import type { Counted, Scope } from "#domain/access/scope.ts";
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

  it("is kept by the periods of budgets in which requests were admitted, beside the whole life of a scope", async () => {
    const today = { userId: "u", apiKeyId: "k", budgetPeriods: "key:2026-11-30/b1,user:2026-11-01/b2" };
    await store.usage.insert([
      createRecord({ ...today, costNanos: 5 }),
      createRecord({ ...today, costNanos: 7 }),
      createRecord({ ...today, budgetPeriods: "key:2026-12-01/b1,team:2026-12-01/b9", costNanos: 11 }),
      createRecord({ ...today, budgetPeriods: null, costNanos: 13 }),
    ]);
    const [ofKey, ofUser] = [key("k"), user("u")];
    const spent = [
      [ofKey, 36],
      [{ ...ofKey, period: "2026-11-30/b1" }, 12],
      [{ ...ofKey, period: "2026-12-01/b1" }, 11],
      [ofUser, 36],
      [{ ...ofUser, period: "2026-11-01/b2" }, 12],
    ] as const;
    const scopes = spent.map(([scope]) => scope);
    expect(await store.spend.of([...scopes, { ...ofUser, period: "2026-12-01/b2" }])).toEqual([36, 12, 11, 36, 12, 0]);
    const told = ({ kind, period = "" }: Counted, nanos: number): string => `${kind} ${period} ${nanos}`;
    const listed = (await listAll(store, 2)).map(({ scope, nanos }) => told(scope, nanos));
    expect(listed.toSorted()).toEqual(spent.map(([scope, nanos]) => told(scope, nanos)).toSorted());
    const since = await store.spend.list({ limit: 9, since: "2026-12-01" });
    expect(since.map(({ scope }) => scope.period ?? "").toSorted()).toEqual(["", "", "2026-12-01/b1"]);
  });

  it("is told of all who can have a budget, with what of it is recent, and of those that work, within a reach", async () => {
    const hourMs = 3_600_000;
    const [ada, bob] = [
      await store.users.create(newUser("ada@example.com", { username: "ada", budgetNanos: 1_000 })),
      await store.users.create(newUser("bob@example.com", { username: "bob" })),
    ];
    const limits = { requestsPerMinute: 5, tokensPerMinute: null, concurrentRequests: 2 };
    const adas = await store.apiKeys.create(newKey(ada, "adas", { budgetNanos: 800, limits, expiresAt: 50 * hourMs }));
    const bobs = await store.apiKeys.create(newKey(bob, "bobs"));
    const revoked = await store.apiKeys.create(newKey(bob, "revoked"));
    await store.apiKeys.update(revoked.id, { isActive: false }, "all");
    const use = (hour: number, userId: string, apiKeyId: string, costNanos: number) =>
      createRecord({ createdAt: hour * hourMs + 5, userId, apiKeyId, costNanos });
    await store.usage.insert([
      ...[use(1, ada.id, adas.id, 100), use(10, ada.id, adas.id, 20), use(10, ada.id, adas.id, 3)],
      ...[use(12, ada.id, "removed", 7), use(12, ada.id, adas.id, 0), use(11, bob.id, revoked.id, 9)],
    ]);
    const query = { since: 10 * hourMs, workingAt: 20 * hourMs };
    const holders = await store.budgets.holders(query, "all");
    const find = (id: string) => holders.find(({ scope }) => scope.id === id);
    expect(holders.map(({ name }) => name).toSorted()).toEqual(["ada", "adas", "bob", "bobs"]);
    expect(find(adas.id)).toEqual({
      ...{ scope: key(adas.id), name: "adas", userId: ada.id, email: "ada@example.com", publicId: "gk-adas", limits },
      ...{
        budgetNanos: 800,
        budgets: [],
        spentNanos: 123,
        createdAt: adas.createdAt,
        endsAt: 50 * hourMs,
        isActive: true,
      },
      recent: { nanos: 23, firstAt: 10 * hourMs, lastAt: 10 * hourMs },
    });
    expect(find(ada.id)).toMatchObject({ publicId: null, endsAt: null, spentNanos: 130, budgetNanos: 1_000 });
    expect(find(ada.id)?.recent).toEqual({ nanos: 30, firstAt: 10 * hourMs, lastAt: 12 * hourMs });
    expect(find(bobs.id)).toMatchObject({ budgetNanos: null, recent: { nanos: 0, firstAt: null, lastAt: null } });
    const names = async (changed: Partial<typeof query>, reach: Reach = "all") =>
      (await store.budgets.holders({ ...query, ...changed }, reach)).map(({ name }) => name).toSorted();
    expect(await names({ workingAt: 50 * hourMs })).toEqual(["ada", "bob", "bobs"]);
    expect(await names({}, [user(ada.id)])).toEqual(["ada", "adas"]);
    expect(await names({}, [])).toEqual([]);
    expect(await store.budgets.find(key(revoked.id), 0, "all")).toMatchObject({ isActive: false, spentNanos: 9 });
    expect(await store.budgets.find(user(ada.id), query.since, [user(ada.id)])).toEqual(find(ada.id));
    expect(await store.budgets.find(key(adas.id), query.since, [user(bob.id)])).toBeUndefined();
    expect(await store.budgets.find(key(ada.id), query.since, "all")).toBeUndefined();
    const course = (scope: Scope, reach: Reach = "all", bucketMs = hourMs) =>
      store.budgets.course({ holder: { scope }, from: 0, to: 13 * hourMs, bucketMs, offsetMs: 0 }, reach);
    const [one, ten, twelve] = [1, 10, 12].map((hour) => hour * hourMs);
    expect(await course(user(ada.id))).toEqual([
      { at: one, nanos: 100 },
      { at: ten, nanos: 23 },
      { at: twelve, nanos: 7 },
    ]);
    expect(await course(key(adas.id), [user(ada.id)], 24 * hourMs)).toEqual([{ at: 0, nanos: 123 }]);
    expect(await course(key(adas.id), [user(bob.id)])).toEqual([]);
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
    const database = await engine.createEmpty();
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
