import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiKeysResource } from "#control/resources/api-keys.ts";
import { createUsageResource } from "#control/resources/usage.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import type { ApiKeyRow } from "#control/store/key-store.ts";
import type { UserRow } from "#control/store/store.ts";
import { actorOf, type Actor } from "#domain/access/actor.ts";
import { reach, type Reach } from "#domain/access/may.ts";
import { SteadyTime, systemClock } from "#domain/clock.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newKey, newUser, openMigrated, silentLog } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";
import { summarizeUsage } from "./support/usage-summary.ts";

const page = { limit: 10 };

describe.each(availableEngines())("within a reach, on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let ada: UserRow;
  let bob: UserRow;
  let adas: readonly ApiKeyRow[];
  let bobs: ApiKeyRow;

  beforeAll(async () => {
    database = await engine.create();
    store = await openMigrated(database);
    ada = await store.users.create(newUser("ada@example.com"));
    bob = await store.users.create(newUser("bob@example.com"));
    adas = [await store.apiKeys.create(newKey(ada, "one")), await store.apiKeys.create(newKey(ada, "two"))];
    bobs = await store.apiKeys.create(newKey(bob, "bob's"));
    const use = ({ id, userId }: ApiKeyRow, costNanos: number) => createRecord({ userId, apiKeyId: id, costNanos });
    await store.usage.insert([...adas.map((key) => use(key, 1)), use(bobs, 100)]);
  });

  afterAll(async () => {
    await store.close();
    await database.dispose();
  });

  /** In order: of what is made in one millisecond the ids tell none. */
  const idsOf = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id).toSorted();

  async function see(within: Reach) {
    return {
      users: idsOf(await store.users.list(page, within)),
      keys: idsOf(await store.apiKeys.list(page, within)),
      records: (await store.usage.list({}, page, within)).map(({ apiKeyId }) => apiKeyId).toSorted(),
      nanos: (await summarizeUsage(store, "user", within)).reduce((sum, { costNanos }) => sum + costNanos, 0),
    };
  }

  it("of all there is everything", async () => {
    const keys = idsOf([...adas, bobs]);
    expect(await see("all")).toEqual({ users: idsOf([ada, bob]), keys, records: keys, nanos: 102 });
  });

  it("of nothing there is nothing", async () => {
    expect(await see([])).toEqual({ users: [], keys: [], records: [], nanos: 0 });
    expect(await store.users.find(ada.id, [])).toBeUndefined();
    expect(await store.apiKeys.find(bobs.id, [])).toBeUndefined();
  });

  it("of a user there is what is the user's", async () => {
    const own: Reach = [{ kind: "user", id: ada.id }];
    expect(await see(own)).toEqual({ users: [ada.id], keys: idsOf(adas), records: idsOf(adas), nanos: 2 });
    expect((await store.users.find(ada.id, own))?.id).toBe(ada.id);
    expect(await store.users.find(bob.id, own)).toBeUndefined();
    expect(await store.apiKeys.find(bobs.id, own)).toBeUndefined();
    expect(await store.apiKeys.list({ ...page, userId: bob.id }, own)).toEqual([]);
    expect(await store.usage.list({ apiKeyId: bobs.id }, page, own)).toEqual([]);
  });

  it("of a key there is that key and what was used by it", async () => {
    const [one] = idsOf(adas);
    const own: Reach = [{ kind: "key", id: one ?? "" }];
    expect(await see(own)).toEqual({ users: [], keys: [one], records: [one], nanos: 1 });
  });

  it("of several scopes there is what is in one of them", async () => {
    const [one] = idsOf(adas);
    const seen = await see([
      { kind: "key", id: one ?? "" },
      { kind: "user", id: bob.id },
    ]);
    expect(seen).toMatchObject({ users: [bob.id], keys: idsOf([{ id: one ?? "" }, bobs]), nanos: 101 });
  });

  it("beyond which a change changes nothing", async () => {
    const own: Reach = [{ kind: "user", id: ada.id }];
    expect(await store.apiKeys.update(bobs.id, { isActive: false }, own)).toBeUndefined();
    expect(await store.apiKeys.update(bobs.id, {}, own)).toBeUndefined();
    expect((await store.apiKeys.find(bobs.id, "all"))?.isActive).toBe(true);
  });

  it("who may see and change his own keys alone is answered about no others", async () => {
    const grants = { "keys.read": "own", "keys.create": "own", "keys.revoke": "own", "usage.read": "own" } as const;
    const signedIn = { id: "s", expiresAt: 0 };
    const standing = { userId: ada.id, email: "ada@example.com", role: "member", grants, memberships: [] };
    const actor: Actor = actorOf(standing, signedIn);
    const session = { keepSession() {}, forgetSession() {}, keepAttempt() {}, takeAttempt: () => null };
    const browser = { origin: null, refuseOtherPages() {}, isOwnAddress: () => true, ...session };
    const asAda = (permission: keyof typeof grants) => ({
      ...{ actor, reach: reach(actor, permission), address: "", userAgent: "", browser },
    });
    const steadyTime = new SteadyTime(systemClock);
    const keys = createApiKeysResource({ store, changed: async () => {}, withdraw: async () => {}, steadyTime });
    const usage = createUsageResource({ store, clock: systemClock, log: silentLog });

    expect(idsOf((await keys.list({ query: page, ...asAda("keys.read") })).data)).toEqual(idsOf(adas));
    const foreign = { params: { id: bobs.id } };
    await expect(keys.get({ ...foreign, ...asAda("keys.read") })).rejects.toMatchObject({ code: "not_found" });
    await expect(keys.revoke({ ...foreign, ...asAda("keys.revoke") })).rejects.toMatchObject({ code: "not_found" });
    const given = { name: "new", owner: "user" as const, team_id: null, tags: [], permissions: { models: null } };
    const body = { ...given, budget_usd: null, privacy: null, store_prompts: null, expires_at: null };
    expect((await keys.create({ body, ...asAda("keys.create") })).user_id).toBe(ada.id);
    const forBob = { body: { ...body, user_id: bob.id }, ...asAda("keys.create") };
    await expect(keys.create(forBob)).rejects.toMatchObject({ param: "user_id" });
    const sums = await usage.summary({ query: { group_by: "user", limit: 10 }, ...asAda("usage.read") });
    expect(sums.data.map(({ group }) => group)).toEqual([ada.id]);
  });
});
