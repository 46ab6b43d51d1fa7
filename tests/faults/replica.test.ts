// A PostgreSQL with a streaming replica: reports come from the replica, own changes are seen at once, and whenever the replica is
// stopped, silent or too far behind, the primary answers without anybody noticing.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  migrateStore,
  openStore,
  type OpenStore,
  type StoreOptions,
} from "../../apps/server/src/control/store/open-store.ts";
import { createFaultyLink } from "../../apps/server/tests/store-support/faulty-link.ts";
import { connectOperator, type Operator } from "../../apps/server/tests/store-support/operator.ts";
import { silentLog } from "../../apps/server/tests/store-support/open.ts";
import { createRecord } from "../../apps/server/tests/store-support/records.ts";
import { startPostgres, type ThrowAwayPostgres } from "../../tools/postgres.ts";
import { createAccount } from "../support/admin.ts";
import { startServer } from "../support/server.ts";

const everything = "all" as const;
const patient = { timeout: 30_000, interval: 50 };
/** What the admin plane gives a handler for all that it asks of the database. */
const patienceMs = 2_750;

const primary = await startPostgres();
const replica = await primary.replicate();
if (replica === null) process.stderr.write("the replica of PostgreSQL is left out: there is no pg_basebackup\n");

afterAll(async () => {
  await replica?.dispose();
  await primary.dispose();
});

describe.skipIf(replica === null)("a database with a replica", () => {
  const copy = replica as ThrowAwayPostgres;
  let store: OpenStore;
  let onReplica: Operator;
  const opened: { close(): Promise<unknown> }[] = [];

  beforeAll(async () => {
    onReplica = await connectOperator(copy.url);
  });

  afterEach(async () => {
    for (const one of opened.splice(0).toReversed()) await one.close();
    await onReplica.query("select pg_wal_replay_resume()");
  });

  afterAll(() => onReplica.end());

  async function open(changed: Partial<StoreOptions> = {}): Promise<OpenStore> {
    const urls = { databaseUrl: primary.url, replicaUrl: copy.url };
    const one = await openStore({ ...urls, dataDir: "", log: silentLog, maxReplicaLagMs: 600_000, ...changed });
    opened.push(one);
    await migrateStore(one);
    return one;
  }

  async function untilRead(one: OpenStore): Promise<void> {
    await expect.poll(() => one.replica()?.isRead, patient).toBe(true);
  }
  const isListed = async (one: OpenStore, id: string): Promise<boolean> =>
    (await one.usage.list({ idBegins: id }, { limit: 5 }, everything)).length === 1;

  async function addRecord(one: OpenStore): Promise<string> {
    const record = createRecord();
    await one.usage.insert([record]);
    return record.id;
  }

  it("has its reports read from the replica, which has all that was migrated before it is asked", async () => {
    store = await open();
    await untilRead(store);
    const old = await addRecord(store);
    await expect.poll(() => isListed(store, old), patient).toBe(true);
    await onReplica.query("select pg_wal_replay_pause()");
    const recent = await addRecord(store);
    // It is in the database, and the reports of the replica do not have it.
    expect(await store.usage.find(recent, everything)).toBeDefined();
    expect(await isListed(store, recent)).toBe(false);
    await onReplica.query("select pg_wal_replay_resume()");
    await expect.poll(() => isListed(store, recent), patient).toBe(true);
  });

  it("shows a change at once to whoever knows of it, until the replica has it", async () => {
    store = await open();
    await untilRead(store);
    await onReplica.query("select pg_wal_replay_pause()");
    const recent = await addRecord(store);
    expect(await isListed(store, recent)).toBe(false);
    store.noteChange();
    expect(await isListed(store, recent)).toBe(true);
    expect(store.replica()).toMatchObject({ isRead: false, isWell: true });
    await onReplica.query("select pg_wal_replay_resume()");
    await untilRead(store);
    expect(await isListed(store, recent)).toBe(true);
  });

  it("is read from the primary while the replica is further behind than it may be, and says by how much", async () => {
    store = await open({ maxReplicaLagMs: 1_500 });
    await untilRead(store);
    await onReplica.query("select pg_wal_replay_pause()");
    const recent = await addRecord(store);
    await expect.poll(() => store.replica()?.isWell, patient).toBe(false);
    expect(store.replica()?.detail).toMatch(/^it is \d+\.\d s behind: the primary answers$/);
    expect(store.replica()?.lagMs).toBeGreaterThan(1_500);
    expect(await isListed(store, recent)).toBe(true);
    await onReplica.query("select pg_wal_replay_resume()");
    await untilRead(store);
    expect(store.replica()?.lagMs).toBeLessThan(1_500);
  });

  it("answers every report while the replica is stopped and started, each in time", async () => {
    store = await open();
    await untilRead(store);
    const id = await addRecord(store);
    await expect.poll(() => isListed(store, id), patient).toBe(true);
    const waits: number[] = [];
    const work = { isOver: false };
    const reading = (async () => {
      while (!work.isOver) {
        const startedAt = performance.now();
        expect(await store.within(patienceMs, () => isListed(store, id))).toBe(true);
        waits.push(performance.now() - startedAt);
      }
    })();
    await onReplica.end();
    await sleep(300);
    await copy.kill();
    await sleep(2_000);
    expect(store.replica()).toMatchObject({ isRead: false, isWell: false });
    expect(store.replica()?.detail).toMatch(/^it cannot be reached .*: the primary answers$/);
    await copy.start();
    await untilRead(store);
    work.isOver = true;
    await reading;
    expect(waits.length).toBeGreaterThan(100);
    onReplica = await connectOperator(copy.url);
  });

  it("answers every report within its time while the replica is silent", async () => {
    const link = await createFaultyLink(copy.url);
    opened.push({ close: () => link.close() });
    store = await open({ replicaUrl: link.url });
    await untilRead(store);
    const id = await addRecord(store);
    await expect.poll(() => isListed(store, id), patient).toBe(true);
    link.silence();
    const until = performance.now() + 4_000;
    while (performance.now() < until) expect(await store.within(patienceMs, () => isListed(store, id))).toBe(true);
    expect(store.replica()).toMatchObject({ isRead: false, isWell: false });
    link.mend();
    await untilRead(store);
  });

  it("does not take for a replica what is none, or one of another database", async () => {
    store = await open({ replicaUrl: primary.url });
    await expect.poll(() => store.replica()?.detail, patient).toBe("it is no replica: the primary answers");
    const stranger = await startPostgres();
    opened.push({ close: () => stranger.dispose() });
    const strange = await open({ databaseUrl: stranger.url });
    const detail = "it is a replica of another database: the primary answers";
    await expect.poll(() => strange.replica()?.detail, patient).toBe(detail);
  });

  it(
    "is told by the health and by the system, and lists what an operator has just changed",
    { timeout: 90_000 },
    async () => {
      const server = await startServer({
        databaseUrl: primary.url,
        environment: { DATABASE_REPLICA_URL: copy.url },
      });
      opened.push({ close: () => server.stop() });
      const { admin } = server;
      const state = async () => (await admin.system.read()).database.replica;
      await expect.poll(async () => (await state())?.in_use, patient).toBe(true);
      expect(await state()).toMatchObject({ healthy: true, detail: expect.stringContaining("read from it") });
      const health = await (
        await fetch(`${server.url}/health`, { headers: { authorization: `Bearer ${server.adminKey}` } })
      ).text();
      expect(health).toContain('"replica"');
      await onReplica.query("select pg_wal_replay_pause()");
      for (let count = 0; count < 5; count += 1) {
        const { keyId } = await createAccount(admin, { key: { budget_usd: "7" } });
        const { data } = await admin.budgets.list({ query: { limit: 500 } });
        expect(data.some(({ id }) => id === keyId)).toBe(true);
      }
      expect((await state())?.in_use).toBe(false);
      await onReplica.query("select pg_wal_replay_resume()");
      await expect.poll(async () => (await state())?.in_use, patient).toBe(true);
    },
  );
});
