import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenStore } from "#control/store/open-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newUser, openMigrated } from "./store-support/open.ts";

describe.each(availableEngines())("views, on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let now = 1_000;

  beforeEach(async () => {
    database = await engine.create();
    store = await openMigrated(database, { now: () => (now += 10) });
  });

  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  const of = (id: string): Reach => [{ kind: "user", id }];
  const search = { q: 'a "quoted" \u0000 word', sort: "-name" };

  async function twoUsers(): Promise<readonly [string, string]> {
    const [ada, bob] = [
      await store.users.create(newUser("ada@example.com", { username: "ada" })),
      await store.users.create(newUser("bob@example.com", { username: "bob" })),
    ];
    return [ada.id, bob.id];
  }

  it("come back as they were saved, and are changed in what a change names alone", async () => {
    const [ada] = await twoUsers();
    const made = await store.views.create({ userId: ada, page: "keys", name: "mine", search, isShared: false });
    expect(made).toMatchObject({ userId: ada, userName: "ada", page: "keys", name: "mine", search, isShared: false });
    expect(await store.views.find(made.id, of(ada))).toEqual(made);
    const changed = await store.views.update(made.id, { isShared: true }, of(ada));
    expect(changed).toEqual({ ...made, isShared: true, updatedAt: changed?.updatedAt });
    expect(changed?.updatedAt).toBeGreaterThan(made.updatedAt);
    expect(await store.views.update(made.id, { search: {}, name: "other" }, of(ada))).toMatchObject({
      ...{ search: {}, name: "other", isShared: true },
    });
    expect([await store.views.remove(made.id, of(ada)), await store.views.remove(made.id, of(ada))]).toEqual([
      true,
      false,
    ]);
  });

  it("are found within a reach, and beyond it where they are shared", async () => {
    const [ada, bob] = await twoUsers();
    const save = async (userId: string, page: string, name: string, isShared: boolean) =>
      (await store.views.create({ userId, page, name, search: {}, isShared })).id;
    const own = await save(ada, "keys", "own", false);
    const shared = await save(ada, "users", "shared", true);
    const bobs = await save(bob, "keys", "bobs", false);
    const list = async (reach: Reach, page: { limit: number; after?: string; of?: string } = { limit: 9 }) =>
      (await store.views.list(page, reach)).map(({ id }) => id);
    expect(await list(of(ada))).toEqual([own, shared]);
    expect(await list(of(bob))).toEqual([shared, bobs]);
    expect(await list([])).toEqual([shared]);
    expect(await list(of(ada), { limit: 1, after: own })).toEqual([shared]);
    expect(await list(of(ada), { limit: 9, of: "keys" })).toEqual([own]);
    expect(await store.views.find(own, of(bob))).toBeUndefined();
    expect(await store.views.update(own, { name: "x" }, of(bob))).toBeUndefined();
    expect(await store.views.remove(own, of(bob))).toBe(false);
    expect([await store.views.count(ada), await store.views.count("nobody")]).toEqual([2, 0]);
  });

  it("have a name once for each user and page", async () => {
    const [ada, bob] = await twoUsers();
    const save = (userId: string, page: string) =>
      store.views.create({ userId, page, name: "same", search: {}, isShared: false });
    await save(ada, "keys");
    await expect(save(ada, "keys")).rejects.toMatchObject({ code: "conflict", param: "name" });
    await expect(save("nobody", "keys")).rejects.toMatchObject({ code: "invalid_request_error", param: "user_id" });
    await save(ada, "users");
    await save(bob, "keys");
  });

  it("go with their user, who leaves those that are shared", async () => {
    const [ada, bob] = await twoUsers();
    const save = (name: string, isShared: boolean) =>
      store.views.create({ userId: ada, page: "keys", name, search, isShared });
    await save("own", false);
    const { id } = await save("shared", true);
    await store.users.remove(ada);
    const rows = await store.database.kysely.selectFrom("views").select(["id", "user_id"]).execute();
    expect(rows).toEqual([{ id, user_id: null }]);
    expect(await store.views.find(id, of(bob))).toMatchObject({ userId: null, userName: null, name: "shared" });
  });
});
