// What every list of the admin API keeps to: the same words for pages, order and search, whatever comes or goes meanwhile.

import { adminRouteList } from "@ghostllm/contract/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { makeOn, perform } from "./changing-calls.ts";
import { availableEngines } from "./store-support/engines.ts";

const lists = adminRouteList.filter(({ method, response }) => {
  if (method !== "GET") return false;
  const shape: unknown = Reflect.get(response, "shape");
  return typeof shape === "object" && shape !== null && "data" in shape;
});
/** They have other words for it: a report, and what is ranked anew with each request. */
const others = new Set(["usage.summary", "usage.series", "budgets.list"]);
/** They are short. */
const whole = new Set([
  ...["roles.list", "scim.listTokens", "requests.refused", "notifications.list", "providers.types"],
  ...["passkeys.list", "passkeys.ofUser", "targets.queues", "certificates.list", "alerts.list"],
]);

describe.each(availableEngines())("on $name", (engine) => {
  let plane: AdminPlane;

  beforeAll(async () => {
    plane = await startAdminPlane({ database: await engine.create() });
    makeOn(plane);
    const names = ["beta", "Alpha", "gamma", "alpha", "Delta ray", "epsilon", "beta"];
    for (const [index, name] of names.entries()) {
      const { id } = await plane.admin.users.create({ body: { email: `u${index}@example.com`, username: name } });
      const expires_at = index % 2 === 0 ? null : new Date(plane.clock.nowMs + 10_000_000 - index).toISOString();
      await plane.admin.apiKeys.create({ body: { user_id: id, name, expires_at } });
      await plane.admin.organisations.create({ body: { name: `${name} ${index}` } });
      await plane.admin.providers.create({ body: { name: `p${index}`, provider_type: "openai", api_key: "k" } });
    }
  });
  afterAll(() => plane.close());

  it("is asked for by the same words, and refuses others with those that there are", async () => {
    expect(lists.length).toBeGreaterThan(20);
    for (const route of lists) {
      const { query } = route;
      const words = Object.keys(query?.shape ?? {});
      if (!others.has(route.id) && !whole.has(route.id))
        expect(words, route.id).toEqual(expect.arrayContaining(["limit", "after"]));
      if (words.includes("order_by")) expect(words, route.id).toContain("order");
      if (query === undefined || route.permission === "public") continue;
      const refused = await perform(
        { ...route, path: `${route.path.replace(/\{\w+\}/g, "x")}?nonsense=1` as typeof route.path },
        {},
      );
      expect(refused.status, route.id).toBe(400);
      const { error } = (await refused.json()) as { error: { message: string; param: string } };
      expect(error.param).toBe("nonsense");
      for (const word of words) expect(error.message).toContain(word);
    }
  });

  it("names the orders that there are, and refuses a cursor of another list", async () => {
    for (const route of lists.filter(({ query }) => query !== undefined && "order_by" in query.shape)) {
      const path = route.path.replace(/\{\w+\}/g, "x");
      const refused = await plane.request(`${path}?order_by=nonsense`);
      expect(refused.status, route.id).toBe(400);
      expect(await refused.text()).toMatch(/name|cost/);
    }
    for (const path of ["/admin/users", "/admin/api-keys", "/admin/providers"]) {
      const refused = await plane.request(`${path}?order_by=name&after=${"0".repeat(36)}`);
      expect([path, refused.status]).toEqual([path, 400]);
    }
  });

  type Query = { readonly order_by?: "created_at" | "name"; readonly order?: "asc" | "desc"; readonly q?: string };
  const sources = {
    users: async (query: Query & { limit: number; after?: string }) => {
      const { data, next } = await plane.admin.users.list({ query });
      return { names: data.map(({ username }) => username), next };
    },
    keys: async (query: Query & { limit: number; after?: string }) => {
      const { data, next } = await plane.admin.apiKeys.list({ query });
      return { names: data.map(({ name }) => name), next };
    },
    organisations: async (query: Query & { limit: number; after?: string }) => {
      const { data, next } = await plane.admin.organisations.list({ query });
      return { names: data.map(({ name }) => name), next };
    },
    providers: async (query: Query & { limit: number; after?: string }) => {
      const { data, next } = await plane.admin.providers.list({ query });
      return { names: data.map(({ name }) => name), next };
    },
  };

  it.each(Object.entries(sources))("goes by pages through %s in every order, each row once", async (_, read) => {
    for (const order_by of ["created_at", "name"] as const) {
      for (const order of ["asc", "desc"] as const) {
        const all = await read({ order_by, order, limit: 500 });
        expect(all.next).toBeNull();
        const paged: string[] = [];
        let after: string | null = null;
        do {
          const page: Awaited<ReturnType<typeof read>> = await read({
            order_by,
            order,
            limit: 2,
            ...(after !== null && { after }),
          });
          paged.push(...page.names);
          after = page.next;
        } while (after !== null);
        expect(paged).toEqual(all.names);
        expect(paged.length).toBeGreaterThan(6);
        if (order_by === "name") {
          const sorted = paged.map((name) => name.toLowerCase());
          expect(sorted).toEqual(order === "asc" ? sorted.toSorted() : sorted.toSorted().toReversed());
        }
      }
    }
  });

  it("goes on rightly when rows come, go and are renamed between two pages", async () => {
    const query = { order_by: "name", limit: 3, q: "moving" } as const;
    const made = [];
    for (const letter of ["b", "d", "f", "h"])
      made.push(await plane.admin.organisations.create({ body: { name: `moving ${letter}` } }));
    const first = await plane.admin.organisations.list({ query });
    expect(first.data.map(({ name }) => name)).toEqual(["moving b", "moving d", "moving f"]);
    await plane.admin.organisations.create({ body: { name: "moving a" } });
    await plane.admin.organisations.create({ body: { name: "moving g" } });
    // The one that the page has ended with.
    await plane.admin.organisations.remove({ params: { id: made[2]?.id ?? "" } });
    const second = await plane.admin.organisations.list({ query: { ...query, after: first.next ?? "" } });
    expect(second.data.map(({ name }) => name)).toEqual(["moving g", "moving h"]);
  });

  it("finds by words in any capitals, and by what a row is", async () => {
    const names = async (q: string) => (await plane.admin.users.list({ query: { q } })).data.map((one) => one.username);
    expect(await names("ALPHA")).toEqual(["Alpha", "alpha"]);
    expect(await names("ray del")).toEqual(["Delta ray"]);
    expect(await names("u5@")).toEqual(["epsilon"]);
    expect(await names("%")).toEqual([]);
    const [one] = (await plane.admin.users.list({ query: { q: "gamma" } })).data;
    await plane.admin.users.update({ params: { id: one?.id ?? "" }, body: { is_active: false } });
    const inactive = await plane.admin.users.list({ query: { is_active: "false" } });
    expect(inactive.data.map(({ username }) => username)).toEqual(["gamma"]);
    expect((await plane.admin.users.list({ query: { role: "admin" } })).data).toEqual([]);
    const [key] = (await plane.admin.apiKeys.list({ query: { q: "epsilon" } })).data;
    await plane.admin.apiKeys.revoke({ params: { id: key?.id ?? "" } });
    const revoked = await plane.admin.apiKeys.list({ query: { is_active: "false" } });
    expect(revoked.data.map(({ name }) => name)).toEqual(["epsilon"]);
  });

  it("has what never ends at the end", async () => {
    const ends = (await plane.admin.apiKeys.list({ query: { order_by: "expires_at" } })).data.map(
      (key) => key.expires_at,
    );
    const times = ends.filter((end) => end !== null);
    expect(ends.slice(0, times.length)).toEqual(times.toSorted());
    expect(times).toHaveLength(3);
    const pages = await plane.admin.apiKeys.list({ query: { order_by: "expires_at", order: "desc", limit: 5 } });
    const rest = { order_by: "expires_at", order: "desc", after: pages.next ?? "" } as const;
    expect((await plane.admin.apiKeys.list({ query: rest })).data).toHaveLength(2);
  });

  it("sorts by an index", async () => {
    const { kysely } = plane.store.database;
    if (engine.name !== "sqlite") return;
    const { rows } = await kysely.executeQuery<{ detail: string }>(
      kysely
        .selectFrom("api_keys")
        .select("id")
        .orderBy(({ fn, ref }) => fn("lower", [ref("name")]))
        .orderBy("id")
        .limit(50)
        .$call((query) => ({ ...query.compile(), sql: `explain query plan ${query.compile().sql}` })),
    );
    expect(rows.map(({ detail }) => detail).join()).toContain("api_keys_by_name");
  });
});
