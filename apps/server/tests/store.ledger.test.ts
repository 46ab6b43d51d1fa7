import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { startLedger, type Ledger } from "#control/ledger/ledger.ts";
import { readOpening } from "#control/ledger/opening.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import type { Journal } from "#link/journal/journal.ts";
import { openJournal } from "#link/journal/open-journal.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { createFaultyLink, type FaultyLink } from "./store-support/faulty-link.ts";
import { newKey, newUser, openMigrated, readTotals, silentLog } from "./store-support/open.ts";
import { createRandom, createRecord } from "./store-support/records.ts";

async function until(condition: () => boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await sleep(5);
  }
}

interface Counted {
  drained: number;
  readonly failures: unknown[];
  readonly rejected: { readonly id: string; readonly reason: string }[];
}

function countEvents() {
  const counted: Counted = { drained: 0, failures: [], rejected: [] };
  const events = {
    recordsDrained: (count: number) => void (counted.drained += count),
    drainFailed: (error: unknown) => void counted.failures.push(error),
    recordRejected: (id: string, reason: string) => void counted.rejected.push({ id, reason }),
  };
  return { counted, events };
}

describe.each(availableEngines())("ledger on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let journal: Journal;
  let ledger: Ledger;
  let counted: Counted;
  let events: ReturnType<typeof countEvents>["events"];

  beforeEach(async () => {
    database = await engine.create();
    store = await openMigrated(database);
    journal = await openJournal({ directory: join(database.dataDir, "journal"), log: silentLog, reserveBytes: 10_000 });
    ({ counted, events } = countEvents());
    ledger = startLedger({ journal, store, events });
  });

  afterEach(async () => {
    await ledger.stop();
    await journal.close();
    await store.close();
    await database.dispose();
  });

  it("stores a record soon after it is appended, by itself, again and again", async () => {
    for (let round = 1; round <= 3; round += 1) {
      journal.append(createRecord());
      await until(() => counted.drained === round, 45_000);
    }
    expect((await readTotals(store)).requests).toBe(3);
    expect(journal.pendingRecords).toBe(0);
  });

  it("stores at once, and many, when asked to drain all", async () => {
    const records = Array.from({ length: 1_700 }, () => createRecord());
    for (const record of records) journal.append(record);
    expect(await ledger.drainAll(45_000)).toBe(true);
    expect((await readTotals(store)).requests).toBe(1_700);
    expect(counted).toMatchObject({ drained: 1_700, failures: [], rejected: [] });
    expect(await ledger.drainAll(0)).toBe(true);
  });

  it("sets aside the records that cannot be stored, with the reason, and stores all others", async () => {
    const good = Array.from({ length: 60 }, () => createRecord());
    const bad = [createRecord({ latencyMs: 1e300 }), createRecord({ ttftMs: -1e300 })];
    const all = [...good.slice(0, 20), ...bad.slice(0, 1), ...good.slice(20), ...bad.slice(1)];
    for (const record of all) journal.append(record);
    expect(await ledger.drainAll(45_000)).toBe(true);
    expect((await readTotals(store)).ids.toSorted()).toEqual(good.map(({ id }) => id).toSorted());
    expect(counted).toMatchObject({ drained: 60, failures: [] });
    expect(counted.rejected.map(({ id }) => id)).toEqual(bad.map(({ id }) => id));
    const path = join(database.dataDir, "journal", "usage.rejected");
    const lines = (await readFile(path, "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(JSON.parse(line).line))).toEqual(bad);
    expect(lines[0]).toMatch(/latency_ms is 1e\+300/);
  });

  it("keeps what is not stored when it is stopped, for the next start", async () => {
    await ledger.stop();
    journal.append(createRecord());
    expect(await ledger.drainAll(50)).toBe(false);
    expect(journal.pendingRecords).toBe(1);
    ledger = startLedger({ journal, store, events });
    await until(() => counted.drained === 1, 45_000);
  });

  it("keeps all records while the database refuses every one of them, and stores them once it does not", async () => {
    const { kysely } = store.database;
    await kysely.schema.alterTable("usage_logs").renameTo("usage_logs_away").execute();
    const records = Array.from({ length: 20 }, () => createRecord());
    for (const record of records) journal.append(record);
    expect(await ledger.drainAll(600)).toBe(false);
    expect(counted.failures.length).toBeLessThan(8);
    await until(() => counted.failures.length > 1, 45_000);
    expect(counted.rejected).toEqual([]);
    expect(journal.pendingRecords).toBe(20);
    await kysely.schema.alterTable("usage_logs_away").renameTo("usage_logs").execute();
    expect(await ledger.drainAll(5_000)).toBe(true);
    expect((await readTotals(store)).requests).toBe(20);
  });
});

describe.each(availableEngines())("what was spent when a server starts, on $name", (engine) => {
  /** The file of what was stored is removed only when it is stored whole: a crash leaves any part of it behind as new. */
  it("is what the database and the journal hold together, wherever the last one was killed", async () => {
    const random = createRandom(7);
    const log = silentLog;
    const database = await engine.create();
    const store = await openMigrated(database);
    const { events } = countEvents();
    const user = await store.users.create(newUser("ada@example.com"));
    const key = await store.apiKeys.create(newKey(user, "key"));
    const owner = { userId: user.id, apiKeyId: key.id, budgetPeriods: "key:2026-11-30/b1" };
    const kept = { providerId: "p", model: "m", requestedModel: "m", keptAt: 1 };
    let truth = 0;
    for (let life = 0; life < 6; life += 1) {
      const directory = join(database.dataDir, `journal-${life}`);
      const dead = await openJournal({ directory, log, reserveBytes: 10_000, segmentBytes: 100_000 });
      const records = Array.from({ length: Math.floor(random() * 1_500) }, (_, index) => {
        const costNanos = Math.floor(random() * 1_000);
        const fields = index % 9 === 0 ? { costNanos: null, chargedNanos: costNanos } : { costNanos };
        truth += costNanos;
        return createRecord({ ...owner, ...fields });
      });
      for (const record of records) dead.append(record);
      dead.appendObject({ ...kept, id: `resp_${life}`, userId: user.id });
      // What it had stored, and not noted when it was killed.
      const stored = records.slice(0, Math.floor(random() * records.length));
      for (let at = 0; at < stored.length; at += 400) await store.usage.insert(stored.slice(at, at + 400));
      await dead.close();

      const journal = await openJournal({ directory, log, reserveBytes: 10_000 });
      const { spent, objects } = await readOpening({ journals: [journal], store, events, log, now: Date.now });
      const lives = Array.from({ length: life + 1 }, (_, index) => `resp_${index}`);
      expect([...new Set(objects.map(({ id }) => id))].toSorted()).toEqual(lives);
      expect(spent.get({ kind: "user", id: user.id })).toBe(truth);
      expect(spent.get({ kind: "key", id: key.id })).toBe(truth);
      expect(spent.get({ kind: "key", id: key.id, period: "2026-11-30/b1" })).toBe(truth);
      const ledger = startLedger({ journal, store, events });
      expect(await ledger.drainAll(20_000)).toBe(true);
      expect((await readTotals(store)).cost).toMatchObject({ users: truth, keys: truth });
      await ledger.stop();
      await journal.close();
    }
    await store.close();
    await database.dispose();
  });
});

describe.each(availableEngines())("what windows of hours and days hold when a server starts, on $name", (engine) => {
  it("is what the database and the journal have of them, and nothing of other scopes", async () => {
    const database = await engine.create();
    const store = await openMigrated(database);
    const now = Date.UTC(2026, 10, 30, 12);
    const limits = { requestsPerMinute: 9, tokensPerMinute: null, concurrentRequests: null };
    const user = await store.users.create(newUser("ada@example.com", { limits: { ...limits, requestsPerDay: 50 } }));
    const key = await store.apiKeys.create(newKey(user, "key", { limits: { ...limits, costNanosPerHour: 500 } }));
    const plain = await store.apiKeys.create(newKey(user, "plain", { limits }));
    const minutes = 60_000;
    const record = (apiKeyId: string, agoMs: number) =>
      createRecord({ userId: user.id, apiKeyId, costNanos: 7, createdAt: now - agoMs });
    const stored = [20 * minutes, 90 * minutes, 25 * 60 * minutes].map((agoMs) => record(key.id, agoMs));
    await store.usage.insert([...stored, record(plain.id, 30 * minutes)]);
    const journal = await openJournal({
      directory: join(database.dataDir, "new"),
      log: silentLog,
      reserveBytes: 10_000,
    });
    // A start stores the first of what is new; the rest it reads.
    for (let turn = 0; turn < 500; turn += 1) journal.append(record(key.id, 30 * 60 * minutes));
    journal.append(record(key.id, 5 * minutes));
    const { events } = countEvents();
    const { counted = [] } = await readOpening({ journals: [journal], store, events, log: silentLog, now: () => now });
    const told = counted.map(({ scope: { kind, period }, agoMs, requests, tokens, costNanos }) =>
      [kind, period, Math.round(agoMs / minutes), requests, tokens, costNanos].join(" "),
    );
    const ago = [...[20, 5].map((at) => `key hour ${at}`), ...[84, 24, 18, 5].map((at) => `user day ${at}`)];
    expect(told.toSorted()).toEqual(ago.map((one) => `${one} 1 120 7`).toSorted());
    await journal.close();
    await store.close();
    await database.dispose();
  });
});

const overNetwork = availableEngines().filter(({ name }) => name === "postgres");

describe.runIf(overNetwork.length > 0).each(overNetwork)("a failing connection to $name", (engine) => {
  let database: TestDatabase;
  let link: FaultyLink;
  let store: OpenStore;
  let journal: Journal;
  let ledger: Ledger;
  let counted: Counted;
  let owner: { readonly userId: string; readonly apiKeyId: string };

  beforeEach(async () => {
    database = await engine.create();
    link = await createFaultyLink(database.databaseUrl ?? "");
    store = await openMigrated({ ...database, databaseUrl: link.url }, { statementTimeoutMs: 1_000 });
    const user = await store.users.create(newUser("ada@example.com"));
    owner = { userId: user.id, apiKeyId: (await store.apiKeys.create(newKey(user, "key"))).id };
    journal = await openJournal({ directory: join(database.dataDir, "journal"), log: silentLog, reserveBytes: 10_000 });
    const { events, ...rest } = countEvents();
    counted = rest.counted;
    ledger = startLedger({ journal, store, events, gatherMs: 5 });
  });

  afterEach(async () => {
    await ledger.stop();
    await journal.close();
    await store.close();
    await link.close();
    await database.dispose();
  });

  async function expectAllStored(records: number): Promise<void> {
    const spent = records * 450_000;
    const totals = await readTotals(store);
    expect(totals).toMatchObject({
      requests: records,
      cost: { logs: spent, hourly: spent, users: spent, keys: spent },
    });
    expect(totals.ids).toHaveLength(records);
    expect(counted.rejected).toEqual([]);
  }

  it("that is cut again and again, at any moment of a transaction, loses nothing and counts nothing twice", async () => {
    let appended = 0;
    for (let round = 0; round < 25 || counted.failures.length < 6; round += 1) {
      for (let index = 0; index < 150; index += 1) journal.append(createRecord(owner));
      appended += 150;
      await sleep((round % 25) * 2);
      link.cut();
      await sleep(10);
      link.mend();
    }
    expect(await ledger.drainAll(45_000)).toBe(true);
    await expectAllStored(appended);
  });

  it("that is refused for a while rejects other queries quickly, and is made anew by the next one", async () => {
    link.cut();
    const started = performance.now();
    await expect(store.ping()).rejects.toThrow(/terminated|ECONNRESET|not queryable/);
    await expect(store.users.list({ limit: 1 }, "all")).rejects.toThrow(/terminated|ECONNRESET|not queryable/);
    expect(performance.now() - started).toBeLessThan(5_000 * slowdown());
    journal.append(createRecord(owner));
    await until(() => counted.failures.length > 2, 45_000);
    link.mend();
    await store.ping();
    await until(() => counted.drained === 1, 45_000);
    await expectAllStored(1);
  });

  it("whose peer falls silent is given up, and closing does not wait for it", async () => {
    link.silence();
    const started = performance.now();
    journal.append(createRecord(owner));
    await expect(store.ping()).rejects.toThrow(/timeout/);
    expect(performance.now() - started).toBeLessThan(10_000 * slowdown());
    link.mend();
    await until(() => counted.drained === 1, 45_000);
    await expectAllStored(1);
    link.silence();
    const closing = performance.now();
    await ledger.stop();
    await store.close();
    expect(performance.now() - closing).toBeLessThan(5_000 * slowdown());
    store = await openMigrated(database);
  });
});
