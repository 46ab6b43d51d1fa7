// Saved views of the console's lists: one's own, and those that are shared.

import type { Client } from "@ghostllm/contract/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { availableEngines } from "./store-support/engines.ts";

describe.each(availableEngines())("saved views on $name", (engine) => {
  let plane: AdminPlane;
  const ids: Record<string, string> = {};
  let admin: Client;
  let ada: Client;
  let bob: Client;

  async function enroll(name: string, role: "admin" | "member"): Promise<Client> {
    const { id } = await plane.admin.users.create({ body: { email: `${name}@example.com`, username: name, role } });
    ids[name] = id;
    return plane.as((await plane.admin.apiKeys.create({ body: { name, user_id: id } })).key);
  }

  const namesOf = async (caller: Client) => (await caller.views.list()).data.map(({ name }) => name);
  const save = (caller: Client, name: string, is_shared = false) =>
    caller.views.create({ body: { page: "keys", name, search: { q: "ci" }, is_shared } });

  beforeAll(async () => {
    plane = await startAdminPlane({ database: await engine.create() });
    admin = await enroll("root", "admin");
    ada = await enroll("ada", "member");
    bob = await enroll("bob", "member");
  });
  afterAll(() => plane.close());

  it("are saved, listed by page, changed and deleted by whom they belong to", async () => {
    const search = { q: "ci", sort: "-spent", columns: "rpm.created" };
    const body = { page: "keys", name: "  Dear keys ", search } as const;
    const made = await ada.views.create({ body });
    expect(made).toMatchObject({
      ...{ page: "keys", name: "Dear keys", search, is_shared: false, is_own: true, may_change: true },
      ...{ user_id: ids["ada"], user_name: "ada" },
    });
    await ada.views.create({ body: { page: "budgets", name: "Dear keys", search: { state: "near", scope: "key" } } });
    expect((await ada.views.list({ query: { page: "budgets" } })).data.map(({ page }) => page)).toEqual(["budgets"]);
    const changed = await ada.views.update({
      params: { id: made.id },
      body: { name: "Cheap", search: { sort: "name" } },
    });
    expect(changed).toMatchObject({ name: "Cheap", search: { sort: "name" }, is_shared: false });
    expect(await namesOf(ada)).toEqual(["Cheap", "Dear keys"]);
    await ada.views.remove({ params: { id: made.id } });
    expect(await namesOf(ada)).toEqual(["Dear keys"]);
  });

  it("are seen by nobody else while they are not shared, not even by admins", async () => {
    const { id } = await save(ada, "private");
    for (const caller of [bob, admin, plane.admin]) {
      expect(await namesOf(caller)).not.toContain("private");
      await expect(caller.views.update({ params: { id }, body: { name: "x" } })).rejects.toMatchObject({ status: 404 });
      await expect(caller.views.remove({ params: { id } })).rejects.toMatchObject({ status: 404 });
    }
    expect(await namesOf(ada)).toContain("private");
  });

  it("are shared by who may, seen by all, and changed by who may share or has saved them", async () => {
    await expect(save(ada, "mine for all", true)).rejects.toMatchObject({ status: 403 });
    const { id } = await save(ada, "mine");
    await expect(ada.views.update({ params: { id }, body: { is_shared: true } })).rejects.toMatchObject({
      status: 403,
    });
    const shared = await save(admin, "for all", true);
    expect(await namesOf(bob)).toContain("for all");
    expect(await namesOf(plane.admin)).toEqual(["for all"]);
    const seen = (await bob.views.list()).data.find(({ name }) => name === "for all");
    expect(seen).toMatchObject({ is_shared: true, is_own: false, may_change: false, user_name: "root" });
    const params = { id: shared.id };
    await expect(bob.views.update({ params, body: { name: "x" } })).rejects.toMatchObject({ status: 403 });
    await expect(bob.views.remove({ params })).rejects.toMatchObject({ status: 403 });
    // The admin key has saved nothing, and may share.
    expect(await plane.admin.views.update({ params, body: { name: "for everybody" } })).toMatchObject({
      ...{ name: "for everybody", is_own: false, may_change: true },
    });
    await admin.views.update({ params, body: { is_shared: false } });
    expect(await namesOf(bob)).not.toContain("for everybody");
    await admin.views.remove({ params });
  });

  it("are, once shared, changed by nobody who may share no more: he takes them back, or deletes them", async () => {
    const dan = await enroll("dan", "admin");
    const { id } = await save(dan, "dan's for all", true);
    const params = { id };
    await plane.admin.users.update({ params: { id: ids["dan"] ?? "" }, body: { role: "member" } });
    for (const body of [{ name: "x" }, { search: { q: "x" } }, { name: "x", is_shared: true }])
      await expect(dan.views.update({ params, body })).rejects.toMatchObject({ status: 403 });
    await dan.views.update({ params, body: { name: "dan's", is_shared: false } });
    expect(await namesOf(bob)).not.toContain("dan's");
    await dan.views.remove({ params });
  });

  it("have names that are unique among one's own of a page, and no others", async () => {
    await save(bob, "same");
    await expect(save(bob, "same")).rejects.toMatchObject({ status: 409, param: "name" });
    const { id } = await save(bob, "other");
    await expect(bob.views.update({ params: { id }, body: { name: "same" } })).rejects.toMatchObject({ status: 409 });
    await save(ada, "same");
    await bob.views.create({ body: { page: "users", name: "same", search: {} } });
  });

  it.each([
    ["keys", { token: "x" }, "search.token"],
    ["keys", { q: "x".repeat(201) }, "search.q"],
    ["keys", { q: `find gk-abcdefghijkl-${"0".repeat(64)}` }, "search.q"],
    ["requests", { model: "sk-ant-api03-abcdefghijklmnopqrstuvwxyz" }, "search.model"],
    ["keys", { sort: "<script>" }, "search.sort"],
    ["keys", { columns: "a..b" }, "search.columns"],
    ["budgets", { state: "full" }, "search.state"],
    ["requests", { q: "not there" }, "search.q"],
    ["requests", { from: "yesterday" }, "search.from"],
    ["usage", { by: "model,key,user" }, "search.by"],
  ] as const)("of %s refuse %o", async (page, search, param) => {
    const body = { page, name: "refused", search };
    await expect(ada.views.create({ body })).rejects.toMatchObject({ status: 400, param });
  });

  it("keep what each page has in its URL", async () => {
    const time = { range: "7d" };
    for (const [page, search] of [
      ["requests", { ...time, model: "gpt-4o", asked: "smart", status: "failed", streamed: "true", sort: "-cost" }],
      ["usage", { ...time, by: "model,key", bucket: "day", show: "tokens", compare: "no", as: "table", q: "a b" }],
      ["requests", { from: "2026-11-01T00:00:00.000Z", to: "2026-11-02T00:00:00.000Z", columns: "id.cost" }],
    ] as const) {
      const body = { page, name: JSON.stringify(search).slice(0, 50), search };
      expect((await ada.views.create({ body })).search).toEqual(search);
    }
  });

  it("are refused to the admin key, which nothing belongs to, and beyond a hundred", async () => {
    await expect(save(plane.admin, "nobody's", true)).rejects.toMatchObject({ status: 400 });
    const carol = await enroll("carol", "member");
    for (let index = 0; index < 100; index += 1) await save(carol, `view ${index}`);
    await expect(save(carol, "one more")).rejects.toMatchObject({ status: 409 });
    const first = await carol.views.list({ query: { limit: 99 } });
    expect((await carol.views.list({ query: { after: first.next ?? "" } })).data.map(({ name }) => name)).toEqual([
      "view 99",
    ]);
  });

  it("go with their user, but for those that are shared, which are then nobody's", async () => {
    const eve = await enroll("eve", "admin");
    await save(eve, "eve's own");
    const { id } = await save(eve, "eve's for all", true);
    await plane.admin.users.remove({ params: { id: ids["eve"] ?? "" } });
    const { data } = await ada.views.list();
    expect(data.find((view) => view.id === id)).toMatchObject({ user_id: null, user_name: null, may_change: false });
    await expect(admin.views.update({ params: { id }, body: { is_shared: false } })).rejects.toMatchObject({
      ...{ status: 400, param: "is_shared" },
    });
    const rows = await plane.store.database.kysely.selectFrom("views").select("name").execute();
    expect(rows.map(({ name }) => name)).not.toContain("eve's own");
    await admin.views.remove({ params: { id } });
  });
});
