import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GhostError } from "@ghostllm/contract";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { applyMigrations } from "#control/store/migrate.ts";
import { allMigrations } from "#control/store/migrations/all.ts";
import { toValues, usageColumns } from "#control/store/usage/usage-columns.ts";
import { migrateStore, openStore, type OpenStore } from "#control/store/open-store.ts";
import type { NewProvider } from "#control/store/store.ts";
import type { NewModel } from "#control/store/model-store.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { availableEngines, createDirectory, type TestDatabase } from "./store-support/engines.ts";
import type { SeriesQuery } from "#control/store/usage-store.ts";
import { newKey, newUser, openMigrated, readTotals, silentLog } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";
import { summarizeUsage } from "./support/usage-summary.ts";
import { toTime } from "#control/resources/fields.ts";

const hourMs = 3_600_000;
const someHour = 500_000 * hourMs;

function newProvider(name: string, changed: Partial<NewProvider> = {}): NewProvider {
  return {
    name,
    providerType: "openai",
    baseUrl: null,
    apiKeyEncrypted: "v1:sealed",
    additionsEncrypted: "v1:sealed too",
    enabled: true,
    settings: { apiVersion: "2026-01-01" },
    ...changed,
  };
}

function newModel(providerId: string, name: string, changed: Partial<NewModel> = {}): NewModel {
  return {
    providerId,
    name,
    contextLength: 128_000,
    inputPrice: 2_500_000_000,
    outputPrice: null,
    cachedInputPrice: null,
    furtherPrices: { perWebSearch: 5, serviceClasses: { priority: 2_000_000 } },
    supportsVision: true,
    supportsFunctions: false,
    supportsStreaming: null,
    origin: "vendor",
    limits: { requestsPerMinute: 60, tokensPerMinute: null, concurrentRequests: 4 },
    listed: { displayName: "M", contextLength: 8192, vision: true, functions: null, thinking: false },
    ...changed,
  };
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "it did not reject",
    (error: unknown) => error,
  );
}

async function expectRejection(promise: Promise<unknown>, code: string, param: string): Promise<void> {
  const error = await rejection(promise);
  expect(error).toBeInstanceOf(GhostError);
  expect(error).toMatchObject({ code, param });
}

describe.each(availableEngines())("store on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let serial = 0;
  const unique = (): string => `${engine.name}${(serial += 1)}`;
  const addUser = () => store.users.create(newUser(`${unique()}@example.com`));

  beforeAll(async () => {
    database = await engine.create();
    store = await openMigrated(database);
  });

  afterAll(async () => {
    await store.close();
    await database.dispose();
  });

  describe("users", () => {
    it("gives back what was created, found by id and by e-mail in any case", async () => {
      const given = newUser("Ada.Lovelace@Example.com", {
        role: "admin",
        passwordHash: "a hash",
        budgetNanos: 9_000_000_000_000_000,
        limits: { requestsPerMinute: 60, tokensPerMinute: null, concurrentRequests: 4 },
      });
      const user = await store.users.create(given);
      const { passwordHash, ...rest } = given;
      expect(user).toMatchObject({ ...rest, email: "ada.lovelace@example.com", hasPassword: true, spentNanos: 0 });
      expect(JSON.stringify(user)).not.toContain(passwordHash);
      expect(user.createdAt).toBeGreaterThan(Date.now() - 60_000);
      expect(await store.users.find(user.id, "all")).toEqual(user);
      expect(await store.credentials.find({ email: " ADA.lovelace@example.com" })).toEqual({ user, passwordHash });
      expect(await store.credentials.find({ id: user.id })).toEqual({ user, passwordHash });
    });

    it("refuses a second user with the same e-mail, and names the field", async () => {
      const user = await addUser();
      await expectRejection(store.users.create(newUser(user.email.toUpperCase())), "conflict", "email");
      const other = await addUser();
      await expectRejection(store.users.update(other.id, { email: user.email }), "conflict", "email");
    });

    it("changes only what the change names, null included", async () => {
      const user = await store.users.create(
        newUser(`${unique()}@example.com`, { budgetNanos: 5, passwordHash: "hash" }),
      );
      const changed = await store.users.update(user.id, { budgetNanos: null, username: "Grace" });
      expect(changed).toEqual({ ...user, budgetNanos: null, username: "Grace", updatedAt: changed?.updatedAt });
      expect(await store.users.find(user.id, "all")).toEqual(changed);
    });

    it("answers undefined or false where there is none", async () => {
      expect(await store.users.find("none", "all")).toBeUndefined();
      expect(await store.credentials.find({ email: "none" })).toBeUndefined();
      expect(await store.users.update("none", { username: "x" })).toBeUndefined();
      expect(await store.users.remove("none")).toBe(false);
    });

    it("lists page by page, each once, in the order of ids", async () => {
      const created = [await addUser(), await addUser(), await addUser(), await addUser(), await addUser()];
      const seen: string[] = [];
      for (;;) {
        const after = seen.at(-1);
        const page = await store.users.list(after === undefined ? { limit: 2 } : { limit: 2, after }, "all");
        if (page.length === 0) break;
        seen.push(...page.map(({ id }) => id));
      }
      expect(seen).toEqual(expect.arrayContaining(created.map(({ id }) => id)));
      expect(seen).toEqual([...new Set(seen)].toSorted());
    });

    it("is switched off and on again", async () => {
      const user = await addUser();
      expect(user.isActive).toBe(true);
      const off = await store.users.update(user.id, { isActive: false });
      expect(off).toEqual({ ...user, isActive: false, updatedAt: off?.updatedAt });
      expect((await store.users.update(user.id, { isActive: true }))?.isActive).toBe(true);
    });

    it("removes a user with the keys", async () => {
      const user = await addUser();
      const key = await store.apiKeys.create(newKey(user, unique()));
      expect(await store.users.remove(user.id)).toBe(true);
      expect(await store.apiKeys.find(key.id, "all")).toBeUndefined();
      expect(await store.users.find(user.id, "all")).toBeUndefined();
    });
  });

  describe("sessions", () => {
    const addSession = async ({ id: userId }: { readonly id: string }, lastsMs = hourMs) => {
      const [id, createdAt] = [unique(), Date.now()];
      const how = {
        method: "password",
        address: "192.0.2.1",
        userAgent: "a browser",
        isBrowser: true,
        refreshAt: null,
        hasFactor: false,
      };
      const session = { id, userId, ...how, createdAt, expiresAt: createdAt + lastsMs };
      await store.sessions.create(session);
      return { ...session, seenAt: createdAt };
    };

    it("are found and listed within the reach of whoever asks", async () => {
      const [ada, bob] = [await addUser(), await addUser()];
      const [one, other] = [await addSession(ada), await addSession(bob)];
      expect(await store.sessions.find(one.id)).toEqual(one);
      const own = [{ kind: "user", id: ada.id }] as const;
      expect(await store.sessions.list({ limit: 9 }, own)).toEqual([one]);
      expect(await store.sessions.list({ limit: 9, userId: bob.id }, own)).toEqual([]);
      expect(await store.sessions.list({ limit: 9, userId: bob.id }, "all")).toEqual([other]);
      expect(await store.sessions.end(other.id, own)).toBeUndefined();
      expect(await store.sessions.end(one.id, own)).toEqual(one);
      expect(await store.sessions.find(one.id)).toBeUndefined();
    });

    it("are not listed when they have ended by themselves, and forgotten a day later", async () => {
      const ada = await addUser();
      const ended = await addSession(ada, -1);
      expect(await store.sessions.list({ limit: 9, userId: ada.id }, "all")).toEqual([]);
      expect(await store.sessions.find(ended.id)).toEqual(ended);
      const old = await addSession(ada, -25 * hourMs);
      await addSession(ada);
      expect(await store.sessions.find(old.id)).toBeUndefined();
    });

    it("end with a new password, with being switched off, and with the user; not with other changes", async () => {
      const changes = [{ passwordHash: "another" }, { isActive: false }];
      for (const change of changes) {
        const user = await addUser();
        const session = await addSession(user);
        await store.users.update(user.id, { username: "another", budgetNanos: 5 });
        expect(await store.sessions.find(session.id)).toEqual(session);
        await store.users.update(user.id, change);
        expect(await store.sessions.find(session.id)).toBeUndefined();
      }
      const user = await addUser();
      const [one, two] = [await addSession(user), await addSession(user)];
      expect(await store.sessions.endOf((await addUser()).id)).toBe(0);
      expect(await store.sessions.endOf(user.id)).toBe(2);
      const last = await addSession(user);
      await store.users.remove(user.id);
      for (const { id } of [one, two, last]) expect(await store.sessions.find(id)).toBeUndefined();
    });

    it("note when they were used, and a name of a program that is very long", async () => {
      const user = await addUser();
      const session = await addSession(user);
      await store.sessions.noteSeen(session.id, session.createdAt + 5);
      expect((await store.sessions.find(session.id))?.seenAt).toBe(session.createdAt + 5);
      await store.sessions.create({ ...session, id: `${session.id}b`, userAgent: "x\0".repeat(1_000) });
      expect((await store.sessions.find(`${session.id}b`))?.userAgent).toHaveLength(300);
    });
  });

  describe("API keys", () => {
    it("gives back what was created", async () => {
      const user = await addUser();
      const given = newKey(user, unique(), { permissions: { models: ["gpt-*"] }, budgetNanos: 1, expiresAt: someHour });
      const key = await store.apiKeys.create(given);
      expect(key).toMatchObject({ ...given, isActive: true, spentNanos: 0, lastUsedAt: null });
      expect(await store.apiKeys.find(key.id, "all")).toEqual(key);
      expect(await store.apiKeys.list({ limit: 10, userId: user.id }, "all")).toEqual([key]);
    });

    it("names the field of a second key with the same hash or public id, and the user that does not exist", async () => {
      const user = await addUser();
      const key = await store.apiKeys.create(newKey(user, unique()));
      const sameHash = newKey(user, unique(), { keyHash: key.keyHash });
      await expectRejection(store.apiKeys.create(sameHash), "conflict", "key_hash");
      const samePublicId = newKey(user, unique(), { publicId: key.publicId });
      await expectRejection(store.apiKeys.create(samePublicId), "conflict", "public_id");
      await expectRejection(store.apiKeys.create(newKey({ id: "none" }, unique())), "invalid_request_error", "user_id");
    });

    it("is switched off, and left as it is by an empty change", async () => {
      const key = await store.apiKeys.create(newKey(await addUser(), unique()));
      expect(await store.apiKeys.update(key.id, {}, "all")).toEqual(key);
      expect(await store.apiKeys.update(key.id, { isActive: false }, "all")).toEqual({ ...key, isActive: false });
      expect(await store.apiKeys.update("none", {}, "all")).toBeUndefined();
      expect(await store.apiKeys.update("none", { isActive: false }, "all")).toBeUndefined();
    });
  });

  describe("providers, models and aliases", () => {
    it("keeps a provider and its changes", async () => {
      const given = newProvider(unique());
      const provider = await store.providers.create(given);
      expect(provider).toMatchObject(given);
      const changed = await store.providers.update(provider.id, { enabled: false, settings: {} });
      expect(changed).toMatchObject({ ...given, enabled: false, settings: {} });
      expect(await store.providers.list()).toContainEqual(changed);
      await expectRejection(store.providers.create(given), "conflict", "name");
    });

    it("adds only the models that are new", async () => {
      const { id } = await store.providers.create(newProvider(unique()));
      const many = Array.from({ length: 250 }, (_, index) => newModel(id, `model-${index}`));
      expect(await store.models.add(many)).toBe(250);
      const again = [newModel(id, "model-7", { contextLength: 1 }), newModel(id, "another")];
      expect(await store.models.add(again)).toBe(1);
      const models = (await store.models.list()).filter(({ providerId }) => providerId === id);
      expect(models).toHaveLength(251);
      expect(models.find(({ name }) => name === "model-7")).toMatchObject(newModel(id, "model-7"));
      await expectRejection(store.models.add([newModel("none", "x")]), "invalid_request_error", "provider_id");
      expect(await store.models.add([])).toBe(0);
    });

    it("overrides a model, and removes models with their provider", async () => {
      const provider = await store.providers.create(newProvider(unique()));
      await store.models.add([newModel(provider.id, "one"), newModel(provider.id, "two")]);
      const [one, two] = (await store.models.list()).filter(({ providerId }) => providerId === provider.id);
      if (one === undefined || two === undefined) throw new Error("two models were added");
      const changed = await store.models.update(one.id, { inputPrice: null, supportsVision: null, outputPrice: 7 });
      expect(changed).toMatchObject({
        inputPrice: null,
        supportsVision: null,
        outputPrice: 7,
        supportsFunctions: false,
        ...{ quality: null, inAuto: null },
      });
      const ranked = await store.models.update(one.id, { quality: 70, inAuto: false });
      expect(ranked).toMatchObject({ quality: 70, inAuto: false, outputPrice: 7 });
      expect(await store.models.remove(one.id)).toBe(true);
      expect(await store.models.find(one.id)).toBeUndefined();
      expect(await store.providers.remove(provider.id)).toBe(true);
      expect(await store.models.find(two.id)).toBeUndefined();
    });

    it("keeps an alias with its targets in their order", async () => {
      const targets = [
        { provider: "openai", model: "gpt-4o", weight: 3 },
        { provider: "azure", model: "gpt-4o", weight: 1 },
      ];
      const name = unique();
      const alias = await store.aliases.create({ name, strategy: "weighted", targets });
      expect(await store.aliases.find(alias.id, "all")).toMatchObject({
        name,
        strategy: "weighted",
        targets,
        cache: null,
      });
      const cache = { ttlSeconds: 60, scope: "team" } as const;
      expect(await store.aliases.update(alias.id, { cache }, "all")).toMatchObject({ cache, targets });
      expect(await store.aliases.update(alias.id, { name }, "all")).toMatchObject({ cache });
      expect(await store.aliases.update(alias.id, { cache: null }, "all")).toMatchObject({ cache: null });
      const turned = { strategy: "ordered", targets: targets.toReversed() } as const;
      const changed = await store.aliases.update(alias.id, turned, "all");
      expect(changed).toMatchObject({ name, strategy: "ordered", targets: targets.toReversed() });
      expect(await store.aliases.list(null, "all")).toContainEqual(changed);
      const timeouts = { connectMs: null, firstTokenMs: 900, idleMs: null, totalMs: 5_000 };
      const said = { retries: null, fallbacks: { any: ["other", "openai/gpt-4o"] }, timeouts, stickyBy: null };
      const policy = { ...said, hedge: { afterMs: 500, mostPercent: 10 }, continuation: { attempts: 2 } };
      expect(await store.aliases.update(alias.id, { policy }, "all")).toEqual({
        ...changed,
        policy,
        updatedAt: expect.any(Number),
      });
      expect(await store.aliases.update(alias.id, { policy: null }, "all")).toMatchObject({ policy: null });
      await expectRejection(store.aliases.create({ name, strategy: "ordered", targets }), "conflict", "name");
      expect(await store.aliases.remove(alias.id, "all")).toBe(true);
      expect(await store.aliases.remove(alias.id, "all")).toBe(false);
    });
  });

  it("knows how large it is", async () => {
    expect(await store.size()).toBeGreaterThan(10_000);
    await expect(store.size()).resolves.toSatisfy(Number.isSafeInteger);
  });

  it("lists keys that work still and end soon, the first to end first, within a reach", async () => {
    const [ada, bob] = [await addUser(), await addUser()];
    const now = Date.now();
    const add = (user: typeof ada, expiresAt: number | null) =>
      store.apiKeys.create(newKey(user, unique(), { expiresAt }));
    const [second, first, others] = [
      await add(ada, now + 90_000),
      await add(ada, now + 60_000),
      await add(bob, now + 70_000),
    ];
    const revoked = await add(ada, now + 50_000);
    await store.apiKeys.update(revoked.id, { isActive: false }, "all");
    for (const end of [null, now - 1_000, now + 900_000]) await add(ada, end);
    const ids = async (...query: Parameters<typeof store.apiKeys.expiring>) =>
      (await store.apiKeys.expiring(...query)).map(({ id }) => id);
    expect(await ids(now + 100_000, 10, "all")).toEqual([first.id, others.id, second.id]);
    expect(await ids(now + 100_000, 1, "all")).toEqual([first.id]);
    expect(await ids(now + 100_000, 10, [{ kind: "user", id: bob.id }])).toEqual([others.id]);
    expect(await ids(now + 100_000, 10, [])).toEqual([]);
  });

  it("replaces a setting only where it is still what the caller saw", async () => {
    expect(await store.settings.replace("holder", undefined, "first")).toBe(true);
    expect(await store.settings.replace("holder", undefined, "second")).toBe(false);
    expect(await store.settings.replace("holder", "other", "second")).toBe(false);
    expect(await store.settings.get("holder")).toBe("first");
    expect(await store.settings.replace("holder", "first", "second")).toBe(true);
    expect(await store.settings.get("holder")).toBe("second");
  });

  it("keeps settings, the last value of each", async () => {
    expect(await store.settings.get("colour")).toBeUndefined();
    await store.settings.set("colour", "blue");
    await store.settings.set("colour", "grün \u{1F47B}");
    expect(await store.settings.get("colour")).toBe("grün \u{1F47B}");
  });

  it("does many things at once without mixing them up", async () => {
    const { id } = await store.providers.create(newProvider(unique()));
    const add = (name: string) => store.models.add([newModel(id, name)]);
    const names = Array.from({ length: 30 }, (_, index) => `model-${index % 20}`);
    const added = await Promise.all(names.map(add));
    expect(added.reduce((sum, count) => sum + count, 0)).toBe(20);
    // A transaction that fails must not take a neighbour's work with it.
    const mixed = await Promise.allSettled([add("x"), store.models.add([newModel("none", "y")]), add("z")]);
    expect(mixed.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const all = (await store.models.list()).filter(({ providerId }) => providerId === id).map(({ name }) => name);
    expect(all).toHaveLength(22);
  });
});

describe.each(availableEngines())("usage on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;

  const start = async (): Promise<{ userId: string; apiKeyId: string }> => {
    database = await engine.create();
    store = await openMigrated(database);
    const user = await store.users.create(newUser("ada@example.com"));
    const key = await store.apiKeys.create(newKey(user, "key"));
    return { userId: user.id, apiKeyId: key.id };
  };

  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  it("gives back every field of a record", async () => {
    const owner = await start();
    const left = {
      providerId: "i",
      provider: "p",
      model: "half \ud800 and \0",
      startedMs: 0,
      ms: 5,
      status: 529,
      reason: "x",
      restMs: 1,
    };
    const full = createRecord({
      ...{ ...owner, createdAt: someHour, status: "client_abort", errorCode: "timeout_error" },
      ...{ chargedNanos: 700, trail: [left, { ...left, status: null, reason: null }] },
    });
    const sparse = createRecord({
      ...owner,
      createdAt: someHour + 1,
      modelId: null,
      providerId: null,
      provider: "",
      model: "",
      costNanos: null,
      priceVersion: null,
      ttftMs: null,
      ipAddress: null,
      userAgent: null,
      dialect: null,
      overheadUs: null,
      streamed: false,
      estimated: true,
    });
    expect(await store.usage.insert([full, sparse])).toBe(2);
    expect(await store.usage.list({}, { limit: 10 }, "all")).toEqual([sparse, full]);
  });

  it("counts a record once, however often and in whatever company it comes", async () => {
    const owner = await start();
    const records = Array.from({ length: 700 }, (_, index) =>
      createRecord({ ...owner, costNanos: index, createdAt: someHour + index }),
    );
    expect(await store.usage.insert([...records.slice(0, 300), ...records.slice(0, 10)])).toBe(300);
    expect(await store.usage.insert(records)).toBe(400);
    expect(await store.usage.insert(records)).toBe(0);
    expect(await store.usage.insert([])).toBe(0);
    const totals = await readTotals(store);
    const spent = (699 * 700) / 2;
    expect(totals.ids.toSorted()).toEqual(records.map(({ id }) => id).toSorted());
    expect(totals.requests).toBe(700);
    expect(totals.cost).toEqual({ logs: spent, hourly: spent, users: spent, keys: spent });
    expect((await store.apiKeys.find(owner.apiKeyId, "all"))?.lastUsedAt).toBe(someHour + 699);
  });

  it("never turns back the time of the last use", async () => {
    const owner = await start();
    await store.usage.insert([createRecord({ ...owner, createdAt: someHour + 5 })]);
    await store.usage.insert([createRecord({ ...owner, createdAt: someHour })]);
    expect((await store.apiKeys.find(owner.apiKeyId, "all"))?.lastUsedAt).toBe(someHour + 5);
  });

  it("is not lost with its user and key", async () => {
    const owner = await start();
    await store.users.remove(owner.userId);
    expect(await store.usage.insert([createRecord(owner)])).toBe(1);
    expect(await store.usage.list({ userId: owner.userId }, { limit: 5 }, "all")).toHaveLength(1);
  });

  it("counts two writers of overlapping records once", async () => {
    const owner = await start();
    const second = await openStore({ ...database, log: silentLog });
    try {
      const records = Array.from({ length: 600 }, (_, index) =>
        createRecord({ ...owner, model: `model-${index % 7}`, createdAt: someHour + (index % 3) * hourMs }),
      );
      const batches = Array.from({ length: 8 }, (_, index) => records.slice(index * 50, index * 50 + 250));
      const insert = (batch: typeof records, index: number) =>
        (index % 2 === 0 ? store : second).usage.insert(index % 3 === 0 ? batch.toReversed() : batch);
      const added = await Promise.all(batches.map(insert));
      expect(added.reduce((sum, count) => sum + count, 0)).toBe(600);
      const totals = await readTotals(store);
      const spent = 600 * 450_000;
      expect(totals).toMatchObject({ requests: 600, cost: { logs: spent, hourly: spent, users: spent, keys: spent } });
    } finally {
      await second.close();
    }
  });

  it("stores names that an engine could not hold as they are", async () => {
    const owner = await start();
    const strange = ["a\0b", "half \ud800", "half \udc00", "x".repeat(100_000), "\u{1F47B}".repeat(5_000)];
    const records = strange.map((model) => createRecord({ ...owner, model, requestedModel: model, userAgent: model }));
    expect(await store.usage.insert(records)).toBe(strange.length);
    const totals = await readTotals(store);
    expect(totals.requests).toBe(strange.length);
    expect(totals.cost.hourly).toBe(totals.cost.logs);
    expect((await summarizeUsage(store, "model")).length).toBeGreaterThan(2);
  });

  it("charges what was reserved where the cost is unknown, and sums it with no cost", async () => {
    const owner = await start();
    const unknown = { ...owner, costNanos: null, priceVersion: null };
    const told = { ...owner, costNanos: 5, priceVersion: "vendor" };
    await store.usage.insert([unknown, { ...unknown, chargedNanos: 700 }, told].map((fields) => createRecord(fields)));
    expect((await store.users.find(owner.userId, "all"))?.spentNanos).toBe(705);
    const [sum] = await summarizeUsage(store, "model");
    expect(sum).toMatchObject({ requests: 3, costNanos: 5, unpricedRequests: 2 });
  });

  it("refuses a record with an impossible number, and nothing of its batch is stored", async () => {
    const owner = await start();
    for (const promptTokens of [1.5, Number.NaN, 2 ** 60]) {
      const batch = [createRecord(owner), createRecord({ ...owner, promptTokens })];
      expect(await rejection(store.usage.insert(batch))).toMatchObject({ code: "invalid_request_error" });
    }
    expect(await store.usage.list({}, { limit: 5 }, "all")).toEqual([]);
    expect((await store.users.find(owner.userId, "all"))?.spentNanos).toBe(0);
  });

  it("lists newest first, filtered, page by page", async () => {
    const owner = await start();
    const records = Array.from({ length: 25 }, (_, index) =>
      createRecord({ ...owner, modelId: `model-${index % 2}`, createdAt: someHour + Math.floor(index / 2) }),
    );
    await store.usage.insert(records);
    const filter = { modelId: "model-1", userId: owner.userId, from: someHour + 2, to: someHour + 10 };
    const wanted = records
      .filter(({ modelId, createdAt }) => modelId === "model-1" && createdAt >= filter.from && createdAt < filter.to)
      .toReversed();
    const first = await store.usage.list(filter, { limit: 5 }, "all");
    const rest = await store.usage.list(filter, { limit: 50, after: first.at(-1)?.id ?? "" }, "all");
    expect([...first, ...rest]).toEqual(wanted);
    expect(await store.usage.list({ apiKeyId: "none" }, { limit: 5 }, "all")).toEqual([]);
  });

  it("finds single records by each filter, by the beginning of an id and within a reach, and counts them to a limit", async () => {
    const owner = await start();
    const records = Array.from({ length: 12 }, (_, index) =>
      createRecord({
        ...{ ...owner, createdAt: someHour + index, model: `model-${index % 2}`, requestedModel: `alias-${index % 3}` },
        ...{ status: index === 7 ? "timeout" : "ok", streamed: index % 2 === 0, dialect: `dialect-${index % 4}` },
        ...{ costNanos: index === 3 ? null : index, latencyMs: index * 10, httpStatus: 200 + index },
        ...{ errorCode: `code-${index}`, operation: `operation-${index}` },
      }),
    );
    await store.usage.insert(records);
    const found = async (filter: Parameters<typeof store.usage.list>[0]) => {
      const listed = await store.usage.list(filter, { limit: 50 }, "all");
      expect(await store.usage.count(filter, 50, "all")).toBe(listed.length);
      return listed.map(({ createdAt }) => createdAt - someHour);
    };
    expect(await found({ model: "model-1", requestedModel: "alias-0" })).toEqual([9, 3]);
    expect(await found({ status: "failed" })).toEqual([7]);
    expect(await found({ status: "timeout", streamed: false })).toEqual([7]);
    expect(await found({ status: "error" })).toEqual([]);
    expect(await found({ status: "ok", dialect: "dialect-3" })).toEqual([11, 3]);
    expect(await found({ minCostNanos: 10 })).toEqual([11, 10]);
    expect(await found({ minLatencyMs: 100, streamed: true })).toEqual([10]);
    expect(await found({ httpStatus: 204 })).toEqual([4]);
    expect(await found({ errorCode: "code-5", operation: "operation-5" })).toEqual([5]);
    const { id } = records[6] ?? createRecord();
    for (const idBegins of [id, id.slice(0, 35), id.slice(0, 28)]) expect(await found({ idBegins })).toContain(6);
    expect(await found({ idBegins: id })).toEqual([6]);
    expect(await found({ idBegins: "ffffffff" })).toEqual([]);
    expect(await store.usage.count({}, 5, "all")).toBe(5);
    expect(await store.usage.count({}, 5, [{ kind: "user", id: "nobody" }])).toBe(0);
    expect(await store.usage.find(id, "all")).toEqual(records[6]);
    expect(await store.usage.find(id, [{ kind: "user", id: owner.userId }])).toEqual(records[6]);
    expect(await store.usage.find(id, [{ kind: "user", id: "nobody" }])).toBeUndefined();
  });

  it("lists in other orders, page by page, what is not known last", async () => {
    const owner = await start();
    const records = Array.from({ length: 11 }, (_, index) =>
      createRecord({
        ...{ ...owner, createdAt: someHour + index, costNanos: index % 4 === 0 ? null : (index * 7) % 5 },
        ...{ latencyMs: (index * 3) % 7, ttftMs: index === 5 ? null : index % 3, totalTokens: 100 - index },
      }),
    );
    await store.usage.insert(records);
    type Order = NonNullable<Parameters<typeof store.usage.list>[3]>;
    const read = async (order: Order) => {
      const seen: UsageRecord[] = [];
      for (;;) {
        const after = seen.at(-1)?.id;
        const page = await store.usage.list({}, { limit: 4, ...(after !== undefined && { after }) }, "all", order);
        if (page.length === 0) return seen;
        seen.push(...page);
      }
    };
    const values: Record<Order["by"], (record: UsageRecord, unknown: number) => number> = {
      time: ({ createdAt }) => createdAt,
      cost: ({ costNanos }, unknown) => costNanos ?? unknown,
      latency: ({ latencyMs }) => latencyMs,
      first_token: ({ ttftMs }, unknown) => ttftMs ?? unknown,
      tokens: ({ totalTokens }) => totalTokens,
    };
    for (const by of Object.keys(values) as Order["by"][])
      for (const isAscending of [true, false]) {
        const sign = isAscending ? 1 : -1;
        const of = (record: UsageRecord): number => values[by](record, isAscending ? 1e15 : -1);
        const expected = records.toSorted((one, other) => sign * (of(one) - of(other) || (one.id < other.id ? -1 : 1)));
        expect(
          (await read({ by, isAscending })).map(({ id }) => id),
          `${by} ${isAscending}`,
        ).toEqual(expected.map(({ id }) => id));
      }
  });

  it("knows the names of users and keys, those that are left", async () => {
    const owner = await start();
    const ids = { users: [owner.userId, "gone"], keys: [owner.apiKeyId, "gone"] };
    expect(await store.names.find(ids)).toEqual({
      users: new Map([[owner.userId, "Ada"]]),
      keys: new Map([[owner.apiKeyId, { name: "key", publicId: "gk-key", userId: owner.userId, teamId: null }]]),
      ...{ teams: new Map(), organisations: new Map(), aliases: new Map(), providers: new Map() },
    });
    const groups = { teams: new Map(), organisations: new Map(), aliases: new Map(), providers: new Map() };
    const none = { users: new Map(), keys: new Map(), ...groups };
    expect(await store.names.find({})).toEqual(none);
    const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };
    const bounds = { limits, budgetNanos: null };
    const { id } = await store.organisations.create({ name: "Acme", ...bounds });
    const team = await store.teams.create({
      membersMakeKeys: false,
      name: "Research",
      organisationId: id,
      models: null,
      ...bounds,
    });
    const named = await store.names.find({ teams: [team.id, "gone"], organisations: [id] });
    expect([...named.teams, ...named.organisations.keys()]).toEqual([[team.id, team.name], id]);
  });

  it("pages through records of one instant without losing or repeating one", async () => {
    const owner = await start();
    const records = Array.from({ length: 9 }, () => createRecord({ ...owner, createdAt: someHour }));
    await store.usage.insert(records);
    const seen: string[] = [];
    for (;;) {
      const after = seen.at(-1);
      const page = await store.usage.list({}, after === undefined ? { limit: 4 } : { limit: 4, after }, "all");
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
    }
    expect(seen).toEqual(
      records
        .map(({ id }) => id)
        .toSorted()
        .toReversed(),
    );
  });

  it("sums by hour, day, holder, provider and model", async () => {
    const owner = await start();
    const day = Math.floor(someHour / (24 * hourMs)) * 24 * hourMs;
    const at = (hour: number, changed: Parameters<typeof createRecord>[0] = {}) =>
      createRecord({ ...owner, costNanos: 10, createdAt: day + hour * hourMs + 17, ...changed });
    await store.usage.insert([
      at(1),
      at(1, { status: "error", costNanos: null }),
      at(2, { status: "client_abort", model: "gpt-4.1", modelId: null }),
      at(30, { status: "timeout", provider: "groq", providerId: "provider-2" }),
    ]);
    const groups = async (grouping: Parameters<typeof summarizeUsage>[1], filter = {}) =>
      (await summarizeUsage(store, grouping, "all", filter)).map(({ group, requests, costNanos }) => [
        group,
        requests,
        costNanos,
      ]);
    expect(await groups("hour")).toEqual([
      [toTime(day + hourMs), 2, 10],
      [toTime(day + 2 * hourMs), 1, 10],
      [toTime(day + 30 * hourMs), 1, 10],
    ]);
    expect(await groups("day")).toEqual([
      [toTime(day), 3, 20],
      [toTime(day + 24 * hourMs), 1, 10],
    ]);
    expect(await groups("user")).toEqual([[owner.userId, 4, 30]]);
    expect(await groups("api_key")).toEqual([[owner.apiKeyId, 4, 30]]);
    expect(await groups("provider")).toEqual([
      ["openai", 3, 20],
      ["groq", 1, 10],
    ]);
    expect(await groups("model")).toEqual([
      ["openai/gpt-4o", 2, 10],
      ["groq/gpt-4o", 1, 10],
      ["openai/gpt-4.1", 1, 10],
    ]);
    // Rounded down to the hour: the second hour is wholly in, the thirtieth wholly out.
    expect(await groups("hour", { from: day + 2 * hourMs + 5, to: day + 30 * hourMs + 59 })).toEqual([
      [toTime(day + 2 * hourMs), 1, 10],
    ]);
    expect(await summarizeUsage(store, "user", "all", { providerId: "provider-1" })).toEqual([
      {
        group: owner.userId,
        requests: 3,
        errors: 1,
        promptTokens: 300,
        completionTokens: 60,
        cachedTokens: 192,
        cacheWriteTokens: 9,
        cacheWriteHourTokens: 6,
        reasoningTokens: 24,
        savedNanos: 0,
        costNanos: 20,
        unpricedRequests: 1,
        failedAttempts: 0,
      },
    ]);
  });

  it("tells series by time and up to two dimensions, the rest apart, from the rollups as from the log", async () => {
    const owner = await start();
    const day = Math.floor(someHour / (24 * hourMs)) * 24 * hourMs;
    const at = (hour: number, changed: Parameters<typeof createRecord>[0] = {}) =>
      createRecord({ ...owner, costNanos: 10, createdAt: day + hour * hourMs + 1_700, ...changed });
    const records = [
      at(1, { latencyMs: 100, ttftMs: 50 }),
      at(1, { latencyMs: 300, ttftMs: null, status: "error", costNanos: null }),
      at(1, { latencyMs: 9_000, ttftMs: 40, streamed: false, model: "gpt-5", requestedModel: "smart" }),
      at(26, { latencyMs: 200, ttftMs: 60, model: "gpt-5", requestedModel: "smart" }),
      at(27, { latencyMs: 200, ttftMs: 60, model: "o3", provider: "azure" }),
    ];
    await store.usage.insert(records);
    const filter = { from: day, to: day + 48 * hourMs };
    const hourly = { ms: hourMs, offsetMs: 0 };
    for (const source of ["rollups", "log"] as const) {
      const query = { filter, source, bucket: hourly, dimensions: [], kept: null } as const;
      const read = async (change: Partial<Parameters<typeof store.usage.series>[0]>) =>
        (await store.usage.series({ ...query, ...change }, "all"))
          .map(({ at: time, group, requests, errors, costNanos, unpricedRequests }) => [
            ...[time === 0 ? 0 : (time - day) / hourMs, group?.join(" ") ?? null],
            ...[requests, errors, costNanos, unpricedRequests],
          ])
          .toSorted((one, other) => String(one).localeCompare(String(other)));
      expect(await read({})).toEqual([
        [1, "", 3, 1, 20, 1],
        [26, "", 1, 0, 10, 0],
        [27, "", 1, 0, 10, 0],
      ]);
      expect(await read({ bucket: { ms: 24 * hourMs, offsetMs: 22 * hourMs }, dimensions: ["alias"] })).toEqual([
        [-22, "openai/gpt-4o", 2, 1, 10, 1],
        [-22, "smart", 1, 0, 10, 0],
        [26, "openai/gpt-4o", 1, 0, 10, 0],
        [26, "smart", 1, 0, 10, 0],
      ]);
      expect(await read({ bucket: null, dimensions: ["model", "status"] })).toEqual([
        [0, "gpt-4o error", 1, 1, 0, 1],
        [0, "gpt-4o ok", 1, 0, 10, 0],
        [0, "gpt-5 ok", 2, 0, 20, 0],
        [0, "o3 ok", 1, 0, 10, 0],
      ]);
      const two = { bucket: null, dimensions: ["provider", "model"] } as const;
      expect(await read({ ...two, kept: [["openai", "gpt-5"]] })).toEqual([
        [0, null, 3, 1, 20, 1],
        [0, "openai gpt-5", 2, 0, 20, 0],
      ]);
      expect(await read({ bucket: null, filter: { ...filter, status: "failed" } })).toEqual([[0, "", 1, 1, 0, 1]]);
      expect(await read({ bucket: null, filter: { ...filter, requestedModel: "smart", model: "gpt-5" } })).toEqual([
        [0, "", 2, 0, 20, 0],
      ]);
      expect(await read({ bucket: null, filter: { ...filter, apiKeyId: "none" } })).toEqual([]);
      expect(await store.usage.series(query, [{ kind: "user", id: "nobody" }])).toEqual([]);
      const [whole] = await store.usage.series({ ...query, bucket: null }, "all");
      const latencies = whole?.latencies.percentiles();
      expect(Math.abs((latencies?.p50 ?? 0) / 200 - 1)).toBeLessThanOrEqual(0.025);
      expect(Math.abs((latencies?.p99 ?? 0) / 9_000 - 1)).toBeLessThanOrEqual(0.025);
      // Of the one that was not streamed, and of the one that had no first token, there is none.
      expect([...(whole?.firstTokens.read() ?? [])].reduce((sum, [, count]) => sum + count, 0)).toBe(3);
    }
  });

  it("counts failed attempts where they failed, whoever answered, from the rollups as from the log", async () => {
    const owner = await start();
    const failed = { startedMs: 0, ms: 5, status: 529, reason: "provider_overloaded", restMs: 0 };
    const trail = [
      { ...failed, providerId: "a", provider: "anthropic", model: "claude" },
      { ...failed, providerId: "provider-1", provider: "openai", model: "gpt-4o", status: null, reason: null },
    ];
    await store.usage.insert([
      createRecord({ ...owner, createdAt: someHour, trail, requestedModel: "smart" }),
      createRecord({
        ...owner,
        createdAt: someHour + 1,
        status: "error",
        trail: trail.slice(0, 1),
        provider: "anthropic",
        model: "claude",
      }),
      createRecord({ ...owner, createdAt: someHour + 2 }),
    ]);
    const filter = { from: someHour, to: someHour + hourMs };
    for (const source of ["rollups", "log"] as const) {
      const read = async (change: Partial<Parameters<typeof store.usage.series>[0]>) => {
        const query = { filter, source, bucket: null, dimensions: ["provider"], kept: null, ...change } as const;
        const rows = await store.usage.series(query, "all");
        const told = rows.map(({ group, requests, errors, failedAttempts: attempts }) => [
          group?.[0] ?? null,
          requests,
          errors,
          attempts,
        ]);
        return told.toSorted((one, other) => String(one[0]).localeCompare(String(other[0])));
      };
      expect(await read({}), source).toEqual([
        ["anthropic", 1, 1, 2],
        ["openai", 2, 0, 0],
      ]);
      expect(await read({ dimensions: [] }), source).toEqual([[null, 3, 1, 2]]);
      expect(await read({ kept: [["openai"]] }), source).toEqual([
        [null, 1, 1, 2],
        ["openai", 2, 0, 0],
      ]);
      expect(await read({ dimensions: ["alias"] }), source).toEqual([
        ["openai/gpt-4o", 2, 1, 1],
        ["smart", 1, 0, 1],
      ]);
      expect(await read({ bucket: { ms: hourMs, offsetMs: 0 }, dimensions: ["status"] }), source).toEqual([
        ["error", 1, 1, 1],
        ["ok", 2, 0, 1],
      ]);
    }
  });

  it("keeps sketches short, however many batches are added to an hour, and loses nothing of them", async () => {
    const owner = await start();
    for (let batch = 0; batch < 60; batch += 1) {
      const records = Array.from({ length: 40 }, (_, index) =>
        createRecord({ ...owner, createdAt: someHour, latencyMs: 50 * 1.06 ** index, ttftMs: 20 }),
      );
      await store.usage.insert(records);
    }
    const rows = await store.database.kysely
      .selectFrom("usage_hourly")
      .select(["latency_sketch", "ttft_sketch"])
      .execute();
    expect(rows).toHaveLength(1);
    for (const { latency_sketch: sketch } of rows) expect(sketch.length).toBeLessThanOrEqual(2_000);
    const filter = { from: someHour, to: someHour + hourMs };
    const query = { filter, source: "rollups", bucket: null, dimensions: [], kept: null } as const;
    const [sum] = await store.usage.series(query, "all");
    expect([...(sum?.latencies.read() ?? [])].reduce((all, [, count]) => all + count, 0)).toBe(2_400);
    expect([...(sum?.firstTokens.read() ?? [])].map(([, count]) => count)).toEqual([2_400]);
  });

  it("has rollups that agree with the log, whatever is asked of them", async () => {
    const { userId: someUser, apiKeyId } = await start();
    const day = Date.parse("2026-03-02T00:00:00Z");
    const records = Array.from({ length: 400 }, (_, index) => {
      const userId = `${someUser}-${index % 3}`;
      const [teamId, organisationId] = index % 3 === 0 ? [null, null] : [`team-${index % 2}`, `org-${index % 2}`];
      return createRecord({
        ...{ userId, apiKeyId: `${apiKeyId}-${index % 6}`, teamId, organisationId },
        ...{ createdAt: day + ((index * 7_919_777) % (3 * 24 * hourMs)), latencyMs: (index * 37) % 9000 },
        ...{
          model: `model-${index % 5}`,
          requestedModel: `alias-${index % 4}`,
          status: index % 9 === 0 ? "error" : "ok",
        },
        costNanos: 1 + index,
      });
    });
    const filter = { from: day + 5 * hourMs, to: day + 61 * hourMs };
    const names = ["model", "provider", "key", "user", "team", "organisation", "alias", "status"] as const;
    const pairs = names.flatMap((one, place) =>
      names.slice(place).map((other) => (one === other ? [one] : [one, other])),
    );
    const told = async (query: Omit<SeriesQuery, "source" | "kept">, source: SeriesQuery["source"]) => {
      const rows = await store.usage.series({ ...query, source, kept: null }, "all");
      const sorted = rows.map(({ latencies, firstTokens: _, ...row }) => ({
        ...row,
        latencies: [...latencies.read()],
      }));
      return sorted.toSorted((one, other) =>
        JSON.stringify([one.at, one.group]) < JSON.stringify([other.at, other.group]) ? -1 : 1,
      );
    };
    const expectAgreement = async (): Promise<void> => {
      for (const dimensions of [[], ...pairs]) {
        const days = [null, { ms: 24 * hourMs, offsetMs: 0 }, { ms: 24 * hourMs, offsetMs: 2 * hourMs }];
        for (const bucket of days) {
          const query = { filter, bucket, dimensions };
          expect(await told(query, "rollups"), JSON.stringify(query)).toEqual(await told(query, "log"));
        }
        if (dimensions.length === 0) continue;
        for (const most of [2, 7]) {
          const query = { filter, source: "rollups", bucket: null, dimensions, kept: null } as const;
          const all = await told({ filter, bucket: null, dimensions }, "log");
          const byCost = all.toSorted((one, other) => other.costNanos - one.costNanos);
          const { groups, count } = await store.usage.rank(query, "cost", most, "all");
          expect(groups, JSON.stringify(query)).toEqual(byCost.slice(0, most).map(({ group }) => group));
          expect(count, JSON.stringify(query)).toBe(byCost.length);
        }
      }
    };
    // Hours are added to days little by little; what comes late is of hours that were added before.
    await store.usage.insert(records.slice(0, 250));
    await expectAgreement();
    for (let hour = 0; hour < 40; hour += 1) expect(await store.usage.addHourToDays()).toBe(true);
    await store.usage.insert(records.slice(200, 350));
    await expectAgreement();
    while (await store.usage.addHourToDays());
    expect(await store.usage.addHourToDays()).toBe(false);
    await store.usage.insert(records.slice(300));
    await expectAgreement();
  });

  it("leaves the hour that is not over to itself", async () => {
    const owner = await start();
    const now = Date.now();
    await store.usage.insert([
      createRecord({ ...owner, createdAt: now - 3 * hourMs }),
      createRecord({ ...owner, createdAt: now }),
    ]);
    expect(await store.usage.addHourToDays()).toBe(true);
    expect(await store.usage.addHourToDays()).toBe(false);
  });

  it("finds the keys and users with the most in the lists of days, as the log knows them", async () => {
    const { userId, apiKeyId } = await start();
    const day = Date.parse("2026-03-02T00:00:00Z");
    const keys = 350;
    const records = Array.from({ length: 2_800 }, (_, index) => {
      // Most are not asked for every day; some lead for one day alone, and one in the hours that are in no list.
      const place = (index * 7_919) % keys;
      const at = day + 20 * hourMs + ((index * 104_729) % (5 * 24)) * hourMs;
      const costNanos = Math.round(1e9 / (1 + place)) + ((index * 31) % 1_000) * 1_000 + (index % 700 === 0 ? 3e9 : 0);
      return createRecord({
        ...{ userId: `${userId}-${place % 300}`, apiKeyId: `${apiKeyId}-${place}`, createdAt: at, costNanos },
        promptTokens: (index * 13) % 5_000,
      });
    });
    await store.usage.insert(records);
    while (await store.usage.addHourToDays());
    const filter = { from: day + 20 * hourMs, to: day + 140 * hourMs };
    const query = { filter, source: "rollups", bucket: null, kept: null } as const;
    const found = new Set<number | null>();
    for (const dimension of ["key", "user"] as const)
      for (const order of ["cost", "tokens", "requests", "errors"] as const)
        for (const most of [3, 20, 90]) {
          const [asked, dimensions] = [[order, most, "all"] as const, [dimension]];
          const { groups, count } = await store.usage.rank({ ...query, dimensions }, ...asked);
          const exact = await store.usage.rank({ ...query, source: "log", dimensions }, ...asked);
          expect(groups, `${dimension} ${order} ${most}`).toEqual(exact.groups);
          expect([null, exact.count]).toContain(count);
          found.add(count);
        }
    expect(found).toContain(null);
  });

  it("finds the pairs with the most among many, without counting all of them", async () => {
    const { userId, apiKeyId } = await start();
    const count = 300;
    const records = Array.from({ length: count * 2 }, (_, index) => {
      const place = index % count;
      // Few have most of it; the same sum is had by many of the others.
      const costNanos = place < 20 ? 1_000_000 - place * 1_000 - (index < count ? 0 : 7) : 5;
      const model = index < count ? "model-a" : "model-b";
      return createRecord({ userId, apiKeyId: `${apiKeyId}-${place}`, createdAt: someHour, model, costNanos });
    });
    await store.usage.insert(records);
    const filter = { from: someHour, to: someHour + hourMs };
    const query = { filter, source: "rollups", bucket: null, dimensions: ["model", "key"], kept: null } as const;
    const pairsOf = (first: number, last: number) =>
      Array.from({ length: last - first }, (_, place) => place + first).flatMap((place) =>
        ["model-a", "model-b"].map((model) => [model, `${apiKeyId}-${place}`]),
      );
    expect(await store.usage.rank(query, "cost", 10, "all")).toEqual({ groups: pairsOf(0, 5), count: null });
    const { groups, count: all } = await store.usage.rank(query, "cost", 50, "all");
    expect(groups.slice(0, 40)).toEqual(pairsOf(0, 20));
    expect([groups.length, all]).toEqual([50, count * 2]);
  });

  it("tells sums beyond 9,007,199 USD to within a few nano-USD, and adds to them exactly", async () => {
    const owner = await start();
    const costNanos = Number.MAX_SAFE_INTEGER;
    await store.usage.insert([createRecord({ ...owner, costNanos })]);
    for (let more = 0; more < 2; more += 1) await store.usage.insert([createRecord({ ...owner, costNanos: 1 })]);
    await store.usage.insert([createRecord({ ...owner, costNanos })]);
    const user = await store.users.find(owner.userId, "all");
    expect(BigInt(user?.spentNanos ?? 0) - 2n * BigInt(costNanos)).toBe(2n);
    const [sum] = await summarizeUsage(store, "user", "all", { userId: owner.userId });
    expect(sum?.costNanos).toBe(user?.spentNanos);
  });
});

describe.each(availableEngines())("stored objects on $name", (engine) => {
  it("keep the latest word about an id, come back in order, and are forgotten by age and number", async () => {
    const database = await engine.create();
    const store = await openMigrated(database);
    const object = (id: string, keptAt: number, userId = "ann") => {
      return { id, userId, providerId: "p", model: "", requestedModel: "m", keptAt };
    };
    await store.storedObjects.keep([]);
    await store.storedObjects.keep([object("a", 5), object("b", 6), object("a", 7, "bob"), object("c\0", 8)]);
    await store.storedObjects.keep([object("b", 6), object("a", 4)]);
    const known = [object("b", 6), object("a", 7, "bob"), object("c\uFFFD", 8)];
    expect(await store.storedObjects.latest(10)).toEqual(known);
    expect(await store.storedObjects.latest(2)).toEqual(known.slice(1));
    await store.storedObjects.prune(6, 10);
    expect(await store.storedObjects.latest(10)).toEqual(known);
    await store.storedObjects.prune(7, 10);
    expect(await store.storedObjects.latest(10)).toEqual(known.slice(1));
    await store.storedObjects.prune(0, 1);
    expect(await store.storedObjects.latest(10)).toEqual(known.slice(2));
    await store.close();
    await database.dispose();
  });
});

describe.each(availableEngines())("migrations on $name", (engine) => {
  it("are applied once, by one of many that start together", async () => {
    const database = await engine.createEmpty();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ ...database, log: silentLog })));
    try {
      const applied = await Promise.all(stores.map(migrateStore));
      // Each of the four may have applied any of them: what counts is that nobody applied one again, and their order below.
      expect(applied.flat().toSorted()).toEqual(allMigrations.map(({ name }) => name).toSorted());
      const [first] = stores;
      if (first === undefined) throw new Error("four stores were opened");
      const rows = await first.database.kysely.selectFrom("schema_migrations").selectAll().orderBy("number").execute();
      const checksum = expect.stringMatching(/^[0-9a-f]{64}$/);
      expect(rows).toMatchObject(allMigrations.map(({ number, name }) => ({ number, name, checksum })));
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await database.dispose();
    }
  });

  it("lose no row of a database that an older GhostLLM has made", async () => {
    const database = await engine.createEmpty();
    const store = await openStore({ ...database, log: silentLog });
    try {
      await applyMigrations(
        store.database,
        allMigrations.filter(({ number }) => number < 7),
      );
      const targets = '[{"provider":"groq","model":"llama","weight":2}]';
      const { kysely } = store.database;
      await sql`insert into routes (id, name, strategy, targets, created_at, updated_at)
        values ('r1', 'smart', 'weighted', ${targets}, 5, 6)`.execute(kysely);
      await migrateStore(store);
      const [alias] = await store.aliases.list(null, "all");
      expect(alias).toEqual({
        id: "r1",
        cache: null,
        teamId: null,
        policy: null,
        name: "smart",
        strategy: "weighted",
        targets: [{ provider: "groq", model: "llama", weight: 2 }],
        limits: { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null },
        budgets: [],
        createdAt: 5,
        updatedAt: 6,
      });
    } finally {
      await store.close();
      await database.dispose();
    }
  });

  it("make the rollups anew from the log, the same that they would be had they always known aliases", async () => {
    const database = await engine.createEmpty();
    const store = await openStore({ ...database, log: silentLog });
    try {
      await applyMigrations(
        store.database,
        allMigrations.filter(({ number }) => number < 11),
      );
      const records = Array.from({ length: 40 }, (_, index) =>
        createRecord({
          ...{ createdAt: someHour + index * 400_000, requestedModel: `alias-${index % 3}`, modelId: null },
          ...{ status: index % 7 === 0 ? "error" : "ok", costNanos: index % 5 === 0 ? null : index },
        }),
      );
      await store.usage.insert(records).catch(() => undefined);
      const { kysely } = store.database;
      const tables = await kysely.introspection.getTables();
      const there = tables.find(({ name }) => name === "usage_logs")?.columns.map(({ name }) => name) ?? [];
      const columns = usageColumns.filter((column) => there.includes(column));
      for (const record of records) {
        const values = toValues(record).filter((_, place) => there.includes(usageColumns[place] ?? ""));
        const names = sql.join(columns.map((column) => sql.ref(column)));
        await sql`insert into usage_logs (${names}) values (${sql.join(values)})`.execute(kysely);
      }
      await migrateStore(store);
      const made = await store.database.kysely.selectFrom("usage_hourly").selectAll().execute();
      await kysely.deleteFrom("usage_hourly").execute();
      await kysely.deleteFrom("usage_logs").execute();
      await store.usage.insert(records);
      const written = await kysely.selectFrom("usage_hourly").selectAll().execute();
      const plain = (rows: typeof made) =>
        rows
          .map((row) => JSON.stringify({ ...row, latency_sketch: "", ttft_sketch: "" }, Object.keys(row).toSorted()))
          .toSorted();
      expect(plain(made)).toEqual(plain(written));
      expect(made.length).toBeGreaterThan(10);
    } finally {
      await store.close();
      await database.dispose();
    }
  });

  it("are refused when the database is newer, or was made by other statements", async () => {
    const database = await engine.create();
    const store = await openMigrated(database);
    const { kysely } = store.database;
    try {
      const newer = { number: 999, name: "from the future", checksum: "x", applied_at: 0 };
      await kysely.insertInto("schema_migrations").values(newer).execute();
      await expect(migrateStore(store)).rejects.toThrow(/newer than this GhostLLM.*999.*from the future/);
      await kysely.deleteFrom("schema_migrations").where("number", "=", 999).execute();
      await kysely.updateTable("schema_migrations").set({ checksum: "other" }).execute();
      await expect(migrateStore(store)).rejects.toThrow(/never edited/);
    } finally {
      await store.close();
      await database.dispose();
    }
  });
});

describe("a database that cannot be opened", () => {
  it("is named with the reason, and without the password", async () => {
    const directory = await createDirectory();
    try {
      await writeFile(join(directory.path, "ghostllm.db"), "This is not a database. ".repeat(100));
      const embedded = openStore({ databaseUrl: null, dataDir: directory.path, log: silentLog });
      await expect(embedded).rejects.toThrow("The database (sqlite) cannot be opened: file is not a database");
      const databaseUrl = "postgres://ada:swordfish@localhost:1/none";
      const remote = await rejection(openStore({ databaseUrl, dataDir: directory.path, log: silentLog }));
      expect(String(remote)).toMatch(/The database \(postgres\) cannot be opened: .*ECONNREFUSED/);
      expect(String(remote)).not.toContain("swordfish");
    } finally {
      await directory.remove();
    }
  });
});
