// The outbox over both engines: what is stored with what, in which order it is read, and how it is kept small.

import { storedEventNames, type EventName } from "@ghostllm/contract/events";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { idOfRecord } from "#control/store/events/request-events.ts";
import type { OutboxBounds } from "#control/store/events/event-store.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { draftEvent, type StoredEvent } from "#domain/event.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newKey, newUser, openMigrated } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";

/** But those of the audit log, which each change has as well. */
const all = { names: storedEventNames.filter((name) => name !== "audit.entry"), own: null };
const login = (userId: string, happenedAt = Date.now()) =>
  draftEvent("user.login", { happenedAt, userId }, { user_id: userId, username: "A", address: "", browser: false });

describe.each(availableEngines())("events on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let nowMs: number;

  beforeEach(async () => {
    nowMs = Date.now();
    database = await engine.create();
    store = await openMigrated(database, { now: () => nowMs });
  });
  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  const want = (names: readonly EventName[], until: number | null = null) =>
    store.events.want({ sink: "nats", names, until });
  const namesOf = (events: readonly StoredEvent[]) => events.map(({ name }) => name);
  const readAll = () => store.events.after(0, 10_000, all);

  it("come back as they were stored, in order and without gaps, from whatever transactions", async () => {
    const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    await Promise.all(users.map((id) => store.events.add([login(id), login(id)])));
    const events = await readAll();
    expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
    expect(new Set(events.map(({ userId }) => userId)).size).toBe(40);
    expect(await store.events.head()).toBe(80);
    const [first] = events;
    expect(first).toMatchObject({ name: "user.login", data: { username: "A" }, partitionKey: first?.userId });
    expect((await store.events.after(78, 10, all)).map(({ sequence }) => sequence)).toEqual([79, 80]);
    expect((await store.events.latest({ limit: 2, before: 10 }, all)).map(({ sequence }) => sequence)).toEqual([9, 8]);
  });

  it("are never read before those of lower places", async () => {
    const seen: number[] = [];
    const reading = (async () => {
      while (seen.length < 100)
        for (const { sequence } of await store.events.after(seen.at(-1) ?? 0, 50, all)) seen.push(sequence);
    })();
    await Promise.all(Array.from({ length: 100 }, (_, index) => store.events.add([login(`user-${index}`)])));
    await reading;
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  it("of a change are there when the change is, and only then", async () => {
    const user = await store.users.create(newUser("ada@example.com"));
    const key = await store.apiKeys.create(newKey(user, "ci"), "who-did-it");
    await expect(store.apiKeys.create(newKey({ id: "nobody" }, "none"))).rejects.toMatchObject({
      code: "invalid_request_error",
    });
    await store.users.update(user.id, { username: "no limit" });
    await store.users.update(user.id, { budgetNanos: 7_000_000_000 });
    const events = await readAll();
    expect(namesOf(events)).toEqual(["key.created", "user.limit"]);
    expect(events[0]?.data).toMatchObject({ key_id: key.id, user_id: user.id, created_by: "who-did-it" });
    expect(events[1]?.data).toMatchObject({ budget_usd: "7", before: { budget_usd: null }, changed_by: null });
    expect(JSON.stringify(events)).not.toContain(key.keyHash);
  });

  it("of models are told of those that are new alone", async () => {
    const provider = await store.providers.create({
      ...{ name: "openai", providerType: "openai", baseUrl: null, apiKeyEncrypted: null },
      ...{ additionsEncrypted: null, enabled: true, settings: {} },
    });
    const model = (name: string) => ({
      ...{ providerId: provider.id, name, contextLength: null, inputPrice: null, outputPrice: null },
      ...{ cachedInputPrice: null, furtherPrices: {}, supportsVision: null, supportsFunctions: null },
      ...{ supportsStreaming: null, origin: "vendor" as const, listed: null },
    });
    await store.models.add([model("a")]);
    await store.models.add([model("a"), model("b")]);
    expect((await readAll()).map(({ data }) => [data["provider"], data["model"]])).toEqual([
      ["openai", "a"],
      ["openai", "b"],
    ]);
  });

  it("of records are stored with them once, and not at all where nobody wants them", async () => {
    await store.usage.insert([createRecord()]);
    expect(await readAll()).toEqual([]);
    await want(["request.end", "usage.tracked"]);
    const record = createRecord();
    await store.usage.insert([record]);
    await store.usage.insert([record, createRecord()]);
    const events = await readAll();
    expect(namesOf(events)).toEqual(["request.end", "usage.tracked", "request.end", "usage.tracked"]);
    expect(events[0]).toMatchObject({ id: idOfRecord(record.id, "request.end"), subject: record.id });
    expect(events[0]?.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(new Set(events.map(({ id }) => id)).size).toBe(4);
    await store.events.forget("nats");
    await store.usage.insert([createRecord()]);
    expect(await readAll()).toHaveLength(4);
  });

  it("are wanted until a moment by whoever says so", async () => {
    await want(["request.end"], nowMs + 1_000);
    await store.usage.insert([createRecord()]);
    nowMs += 2_000;
    await store.usage.insert([createRecord()]);
    expect(namesOf(await readAll())).toEqual(["request.end"]);
  });

  it("tell of a budget when a record brings it over 80 and 100 percent, and not again", async () => {
    await want(["budget.threshold"]);
    const user = await store.users.create(newUser("ada@example.com", { budgetNanos: 10_000 }));
    const key = await store.apiKeys.create(newKey(user, "ci", { budgetNanos: 1_000 }));
    const spend = (costNanos: number) =>
      store.usage.insert([createRecord({ userId: user.id, apiKeyId: key.id, costNanos })]);
    const told = async () =>
      (await readAll())
        .filter(({ name }) => name === "budget.threshold")
        .map(({ data }) => [data["scope_kind"], data["percent"], data["spent_usd"]]);
    await spend(799);
    expect(await told()).toEqual([]);
    await spend(1);
    expect(await told()).toEqual([["key", 80, "0.0000008"]]);
    await spend(200);
    await spend(500);
    expect(await told()).toEqual([
      ["key", 80, "0.0000008"],
      ["key", 100, "0.000001"],
    ]);
    await spend(9_000);
    expect((await told()).slice(2)).toEqual([
      ["user", 80, "0.0000105"],
      ["user", 100, "0.0000105"],
    ]);
  });

  it("tell of a budget by period when a record brings it over one of its thresholds, in that period alone", async () => {
    await want(["budget.threshold"]);
    const terms = { days: 0, timeZone: "UTC", madeAt: 0, rolloverNanos: null, increase: null, downgradeTo: null };
    const budget = { id: "b1", span: "day", ...terms, amountNanos: 1_000, thresholds: [50, 90] } as const;
    const user = await store.users.create(newUser("ada@example.com"));
    const key = await store.apiKeys.create(newKey(user, "ci", { budgets: [budget] }));
    const spend = (day: string, costNanos: number, createdAt = Date.parse(`${day}T10:00:00Z`)) =>
      store.usage.insert([
        createRecord({ userId: user.id, apiKeyId: key.id, costNanos, createdAt, budgetPeriods: `key:${day}/b1` }),
      ]);
    const told = async () =>
      (await readAll())
        .filter(({ name }) => name === "budget.threshold")
        .map(({ data }) => [data["percent"], data["spent_usd"], data["budget"]]);
    await spend("2026-11-30", 499);
    expect(await told()).toEqual([]);
    await spend("2026-11-30", 1);
    const period = {
      id: "b1",
      period: "day",
      starts_at: "2026-11-30T00:00:00.000Z",
      ends_at: "2026-12-01T00:00:00.000Z",
    };
    expect(await told()).toEqual([[50, "0.0000005", period]]);
    // The day after begins at nothing, and what comes late for the day before warns nobody.
    await spend("2026-12-01", 899);
    await spend("2026-11-30", 800, Date.parse("2026-12-01T10:00:00Z"));
    expect((await told()).slice(1).map(([percent]) => percent)).toEqual([50]);
  });

  it("tell of a threshold once, whichever instances store the records that pass it at once", async () => {
    await want(["budget.threshold"]);
    const terms = { days: 0, timeZone: "UTC", madeAt: 0, rolloverNanos: null, increase: null, downgradeTo: null };
    const budget = { id: "b1", span: "month", ...terms, amountNanos: 1_000, thresholds: [50, 90, 100] } as const;
    const provider = await store.providers.create({
      ...{ name: "openai", providerType: "openai", baseUrl: null, apiKeyEncrypted: null, enabled: true, settings: {} },
      ...{ additionsEncrypted: null, budgets: [budget] },
    });
    const user = await store.users.create(newUser("ada@example.com"));
    const key = await store.apiKeys.create(newKey(user, "ci", { budgets: [budget] }));
    const other = await openMigrated(database, { now: () => nowMs });
    const createdAt = Date.parse("2026-11-30T10:00:00Z");
    const record = () =>
      createRecord({
        ...{ userId: user.id, apiKeyId: key.id, costNanos: 60, createdAt, budgetPeriods: "key:2026-11-01/b1" },
        providerCharges: `${provider.id}=60,${provider.id}:2026-11-01/b1=60`,
      });
    await Promise.all(
      [store, other].map(async (one) => {
        for (let turn = 0; turn < 10; turn += 1) await one.usage.insert([record()]);
      }),
    );
    await other.close();
    const told = (await readAll()).filter(({ name }) => name === "budget.threshold");
    const of = (kind: string) =>
      told.filter(({ data }) => data["scope_kind"] === kind).map(({ data }) => data["percent"]);
    expect([of("key"), of("provider")]).toEqual([
      [50, 90, 100],
      [50, 90, 100],
    ]);
  });

  it("are one's own where that is asked for", async () => {
    await store.events.add([login("ada"), login("bob")]);
    const filter = { names: [], own: { userId: "ada", names: ["user.login"] as const } };
    expect((await store.events.after(0, 10, filter)).map(({ userId }) => userId)).toEqual(["ada"]);
    expect(await store.events.after(0, 10, { names: [], own: null })).toEqual([]);
  });

  describe("are kept", () => {
    const unbounded = { most: 1_000_000, before: 0 };
    const cut = (bounds: Partial<OutboxBounds>) => store.events.cut({ told: unbounded, waiting: unbounded, ...bounds });
    const fill = (count: number) => store.events.add(Array.from({ length: count }, () => login("ada")));
    const placesLeft = async () => (await readAll()).map(({ sequence }) => sequence);

    it("while somebody waits for them, however many have been told to others", async () => {
      const { told } = await want(["user.login"]);
      expect(told).toBe(0);
      await fill(3_000);
      await store.events.told("nats", 1_200);
      expect(await cut({ told: { most: 10, before: 0 } })).toEqual({ upTo: 1_200, missed: new Map() });
      expect((await placesLeft())[0]).toBe(1_201);
      await store.events.told("nats", 3_000);
      await cut({ told: { most: 10, before: 0 } });
      expect((await placesLeft())[0]).toBe(2_991);
      expect(await cut({ told: { most: 10, before: 0 } })).toBeNull();
    });

    it("but no more than there is room for: who is behind is told how many he misses, and goes on behind them", async () => {
      await want(["user.login"]);
      const hook = { name: "hook", url: "http://x", names: ["key.created"] as const, isActive: true };
      await store.webhooks.create({ id: "w", secretEncrypted: "s", ...hook });
      await fill(50);
      await store.events.told("nats", 5);
      const outcome = await cut({ waiting: { most: 20, before: 0 } });
      // The first one tells of the webhook.
      expect(outcome?.upTo).toBe(31);
      expect([...(outcome?.missed ?? [])]).toEqual([
        ["nats", 26],
        ["webhook w", 0],
      ]);
      expect(await store.events.position("nats")).toBe(31);
      expect((await store.webhooks.find("w"))?.told).toBe(31);
      expect(await placesLeft()).toHaveLength(20);
    });

    it("no longer than they may be", async () => {
      await want(["user.login"]);
      await fill(1_500);
      nowMs += 10_000;
      await fill(3);
      expect((await cut({ waiting: { most: 1_000_000, before: nowMs - 5_000 } }))?.missed.get("nats")).toBe(1_500);
      expect(await placesLeft()).toHaveLength(3);
    });

    it("for nobody who only looks on", async () => {
      await want(["user.login"], nowMs + 60_000);
      await fill(50);
      await cut({ told: { most: 10, before: 0 } });
      expect(await placesLeft()).toHaveLength(10);
    });
  });

  it("of a sink begin when it is first there", async () => {
    await store.events.add([login("ada")]);
    expect((await want(["user.login"])).told).toBe(1);
    await store.events.add([login("ada")]);
    expect((await want(["user.login"])).told).toBe(1);
    await store.events.told("nats", 2);
    await store.events.told("nats", 1);
    expect(await store.events.position("nats")).toBe(2);
    expect(await store.events.position("kafka")).toBeUndefined();
  });

  it("that name what a client has made up are stored as well as may be", async () => {
    await want(["request.end"]);
    const requestedModel = `x\ud800${"y".repeat(5_000)}\0`;
    await store.usage.insert([createRecord({ requestedModel })]);
    const [event] = await readAll();
    expect(String(event?.data["requested_model"]).length).toBeLessThanOrEqual(200);
    const { rows } = await sql<{ data: string }>`select data from outbox`.execute(store.database.kysely);
    expect(JSON.parse(rows[0]?.data ?? "")).toEqual(event?.data);
  });

  it("for a webhook wait by key, and need not wait any longer when it answers again", async () => {
    const webhook = { id: "w", name: "hook", url: "http://x", names: ["user.login"] as const, secretEncrypted: "s" };
    const { told } = await store.webhooks.create({ ...webhook, isActive: true });
    const delivery = (sequence: number, partitionKey: string) => ({
      ...{ sequence, partitionKey, eventId: `event-${sequence}`, eventName: "user.login", event: "{}" },
    });
    await store.webhooks.enqueue({ id: "w", told }, 3, [delivery(1, "ada"), delivery(2, "bob"), delivery(3, "ada")]);
    // Somebody else was faster.
    await store.webhooks.enqueue({ id: "w", told }, 3, [delivery(4, "ada")]);
    expect(await store.webhooks.countWaiting("w")).toBe(3);
    const [first, second] = await store.webhooks.heads("w", 10);
    expect([first?.eventId, second?.eventId]).toEqual(["event-1", "event-2"]);
    const failed = { attempts: 1, lastStatus: 500, lastError: "HTTP 500", nextAt: nowMs + 60_000 };
    await store.webhooks.settle(first?.id ?? "", { ...failed, state: "waiting" });
    expect((await store.webhooks.nextOf("w", "ada"))?.eventId).toBe("event-1");
    await store.webhooks.hurry("w");
    expect((await store.webhooks.heads("w", 10)).map(({ nextAt }) => nextAt <= nowMs)).toEqual([true, true]);
    await store.webhooks.settle(first?.id ?? "", { ...failed, state: "delivered" });
    expect((await store.webhooks.nextOf("w", "ada"))?.eventId).toBe("event-3");
    expect(await store.webhooks.nextOf("w", "carol")).toBeUndefined();
  });
});
