// The log of requests on PostgreSQL, divided by months: how it comes to be so, how months are made, and what finds its way by indexes.

import { sql } from "kysely";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareBulk } from "#control/store/bulk.ts";
import { applyMigrations } from "#control/store/migrate.ts";
import { allMigrations } from "#control/store/migrations/all.ts";
import { migrateStore, openStore, type OpenStore } from "#control/store/open-store.ts";
import { toValues, usageColumns } from "#control/store/usage/usage-columns.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { readTotals, silentLog } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";

const dayMs = 24 * 3_600_000;
const everything = "all" as const;
const engines = availableEngines().filter(({ name }) => name === "postgres");

describe.skipIf(engines.length === 0)("the log of requests by months", () => {
  let database: TestDatabase;
  let store: OpenStore;

  beforeEach(async () => {
    const [engine] = engines;
    if (engine === undefined) throw new Error("there is no PostgreSQL");
    database = await engine.createEmpty();
    store = await openStore({ ...database, log: silentLog, usageDays: 90 });
  });

  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  /** As the version before left it, with these records in its log. */
  async function fillUndivided(records: readonly UsageRecord[]): Promise<void> {
    await applyMigrations(
      store.database,
      allMigrations.filter(({ number }) => number < 16),
    );
    const present = await columnsThen();
    const columns = usageColumns.filter((column) => present.has(column));
    const text = (rows: string): string => `insert into usage_logs (${columns.join(", ")}) values ${rows}`;
    const valuesThen = (record: UsageRecord) =>
      toValues(record).filter((_, place) => present.has(usageColumns[place] ?? ""));
    const insert = prepareBulk(store.database.engine, { width: columns.length, text }, valuesThen);
    await insert.run(store.database.kysely, records);
  }

  /** Others have come since. */
  async function columnsThen(): Promise<ReadonlySet<string>> {
    const query = sql<{ name: string }>`select attname as name from pg_attribute
      where attrelid = 'usage_logs'::regclass and attnum > 0`;
    return new Set((await query.execute(store.database.kysely)).rows.map(({ name }) => name));
  }

  async function partitions(): Promise<string[]> {
    const query = sql<{ name: string }>`select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'usage_logs'::regclass order by 1`;
    return (await query.execute(store.database.kysely)).rows.map(({ name }) => name);
  }

  const idsOf = (records: readonly UsageRecord[]): string[] => records.map(({ id }) => id).toSorted();
  const storedIds = async (): Promise<string[]> => (await readTotals(store)).ids.toSorted();

  /** Over a year, and some of a clock that was wrong. */
  function recordsOfYears(): UsageRecord[] {
    const now = Date.now();
    const past = Array.from({ length: 400 }, (_, place) => createRecord({ createdAt: now - place * dayMs }));
    return [...past, ...[40, 41, 800].map((days) => createRecord({ createdAt: now + days * dayMs }))];
  }

  it("is made of the one table that there was, with all that was in it; each record is known again", async () => {
    const old = recordsOfYears();
    await fillUndivided(old);
    await migrateStore(store);
    expect(await storedIds()).toEqual(idsOf(old));
    const names = await partitions();
    expect(names).toContain("usage_logs_before_months");
    expect(names.filter((name) => /^usage_logs_\d{4}_\d\d$/.test(name)).length).toBeGreaterThanOrEqual(2);
    expect(await store.usage.insert(old)).toBe(0);
    expect(await store.usage.find(old[0]?.id ?? "", everything)).toEqual(old[0]);
  });

  it("loses nothing when it is interrupted, and is made at the next start", async () => {
    const old = recordsOfYears();
    await fillUndivided(old);
    const [somebody, operator] = [0, 1].map(() => new Client({ connectionString: database.databaseUrl ?? "" }));
    if (somebody === undefined || operator === undefined) throw new Error("there are two");
    await Promise.all([somebody.connect(), operator.connect()]);
    // A name that the migration needs in its middle is being taken by somebody: it waits there, and is ended while it does.
    const month = new Date(Date.now() + 40 * dayMs).toISOString().slice(0, 7).replace("-", "_");
    await somebody.query(`begin; create table usage_logs_${month} (id text)`);
    const migrating = migrateStore(store).then(
      () => "done",
      (error: unknown) => String(error),
    );
    const end = `select pg_terminate_backend(pid) from pg_stat_activity
      where query like 'do $$%' and wait_event_type = 'Lock' and datname = current_database()`;
    await expect.poll(async () => (await operator.query(end)).rowCount).toBe(1);
    expect(await migrating).not.toBe("done");
    await somebody.query("rollback");
    await Promise.all([somebody.end(), operator.end()]);
    expect(await storedIds()).toEqual(idsOf(old));
    expect(await migrateStore(store)).toContain("usage by month");
    expect(await storedIds()).toEqual(idsOf(old));
  });

  it("begins with months where there were no requests, which are made ahead and once", async () => {
    await migrateStore(store);
    expect(await partitions()).toEqual([]);
    const times = [Date.UTC(2031, 0, 31, 23, 59, 59, 999), Date.UTC(2031, 1, 1), Date.UTC(2031, 1, 28)];
    await Promise.all([store.usage.prepare(times), store.usage.prepare(times)]);
    expect(await partitions()).toEqual(["usage_logs_2031_01", "usage_logs_2031_02"]);
    expect(await store.usage.insert(times.map((createdAt) => createRecord({ createdAt })))).toBe(3);
    expect(await partitions()).toHaveLength(2);
  });

  it("gets a month when a record of it comes, also from two servers at once, and counts each record once", async () => {
    await migrateStore(store);
    const other = await openStore({ ...database, log: silentLog });
    const old = Array.from({ length: 60 }, (_, place) => createRecord({ createdAt: Date.now() - place * 7 * dayMs }));
    const added = await Promise.all([store.usage.insert(old), other.usage.insert(old)]);
    await other.close();
    expect(added[0] + added[1]).toBe(60);
    const { ids, requests, cost } = await readTotals(store);
    expect([ids.length, requests]).toEqual([60, 60]);
    expect(cost.logs).toBe(cost.hourly);
  });

  it("knows a record again whose id tells another time than it has", async () => {
    await migrateStore(store);
    const record = createRecord({ createdAt: Date.now() - 100 * dayMs });
    const strange = { ...record, id: createRecord().id };
    expect(await store.usage.insert([strange])).toBe(1);
    expect(await store.usage.insert([{ ...strange, createdAt: strange.createdAt + 40 * dayMs }])).toBe(0);
    expect((await readTotals(store)).requests).toBe(1);
  });

  it("refuses a record of no time at all alone, and stores the others", async () => {
    await migrateStore(store);
    const good = createRecord();
    const lines = [good, { ...createRecord(), createdAt: 9e15 }]
      .map((record) => `${JSON.stringify(record)}\n`)
      .join("");
    const { stored, refused } = await store.usage.drain(Buffer.from(lines));
    expect(stored).toBe(1);
    expect(refused.map(({ reason }) => reason)).toEqual([expect.stringContaining("no time of a request")]);
    expect(await storedIds()).toEqual([good.id]);
  });

  it("forgets whole months by dropping them, and of the time before there were months little by little", async () => {
    const old = recordsOfYears();
    await fillUndivided(old);
    await migrateStore(store);
    const late = createRecord({ createdAt: Date.now() + 40 * dayMs });
    await store.usage.insert([late]);
    const since = store.usage.keptSince() ?? 0;
    expect(await store.usage.forget(50)).toBe(50);
    while ((await store.usage.forget(50)) > 0);
    expect(await storedIds()).toEqual(idsOf([...old.filter(({ createdAt }) => createdAt >= since), late]));
    expect(await partitions()).toContain("usage_logs_before_months");

    const later = Date.now() + 200 * dayMs;
    const inHalfAYear = await openStore({ ...database, log: silentLog, usageDays: 90, now: () => later });
    await inHalfAYear.usage.forget(50);
    await inHalfAYear.close();
    expect(await partitions()).toHaveLength(1);
    expect(await storedIds()).toEqual(idsOf(old.filter(({ createdAt }) => createdAt > later)));
  });

  it("leaves readers alone who look at it for long: it is tried again later", async () => {
    await migrateStore(store);
    await store.usage.insert([createRecord({ createdAt: Date.now() - 200 * dayMs })]);
    const reader = new Client({ connectionString: database.databaseUrl ?? "" });
    await reader.connect();
    await reader.query("begin");
    await reader.query("select count(*) from usage_logs");
    const error = await store.usage.forget(50).catch((reason: unknown) => reason);
    expect(store.isUnavailable(error)).toBe(true);
    // What comes meanwhile is stored, in a month that is made beside the reader.
    expect(await store.usage.insert([createRecord()])).toBe(1);
    await reader.query("commit");
    await reader.end();
    await store.usage.forget(50);
    expect(await partitions()).toHaveLength(1);
  });

  it("is searched by indexes, and only where the time can be", async () => {
    await migrateStore(store);
    const now = Date.now();
    const some = Array.from({ length: 4_000 }, (_, place) =>
      createRecord({
        createdAt: now - (place % 80) * dayMs - place,
        userId: `user-${place % 40}`,
        status: place % 50 === 0 ? "error" : "ok",
      }),
    );
    await store.usage.insert(some);
    await sql`analyze usage_logs`.execute(store.database.kysely);
    const planOf = async (condition: string, more = ""): Promise<string> => {
      const query = sql<{
        "QUERY PLAN": string;
      }>`explain ${sql.raw(`select * from usage_logs where ${condition} ${more}`)}`;
      // Early in a month its part is so small that reading it all is cheaper: what counts is that an index can serve.
      const { rows } = await store.database.kysely.transaction().execute(async (transaction) => {
        await sql`set local enable_seqscan to off`.execute(transaction);
        return query.execute(transaction);
      });
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    };
    const newest = "order by created_at desc, id desc limit 51";
    const id = some[9]?.id ?? "";
    for (const [condition, more] of [
      ["1 = 1", newest],
      [`(created_at, id) < (select created_at, id from usage_logs where id = '${id}')`, newest],
      ["user_id = 'user-7'", newest],
      ["status <> 'ok'", newest],
      [`id = '${id}'`, ""],
      [`id between '${id.slice(0, 18)}-0000-000000000000' and '${id.slice(0, 18)}-ffff-ffffffffffff'`, newest],
    ] as const)
      expect(await planOf(condition, more), condition).not.toContain("Seq Scan");
    const recent = await planOf(`created_at >= ${now - 60_000} and created_at < ${now}`);
    const touched = new Set(recent.match(/usage_logs_\d{4}_\d\d(?= )/g));
    expect(touched.size).toBeLessThanOrEqual(2);
    expect((await partitions()).length).toBeGreaterThanOrEqual(3);
  });
});
