// What every route of the admin API keeps to: a request that comes again is carried out once, and a change is made only to what its
// author has seen. Walked over the table of routes, on both engines.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { adminRouteList, adminRoutes, changingRoute } from "@ghostllm/contract/routes";
import type { AdminRoute } from "@ghostllm/contract/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { changingCalls, makeOn, newKey, newSession, newUser, perform, writePriceList } from "./changing-calls.ts";
import type { Call, ChangingId } from "./changing-calls.ts";
import { availableEngines, createDirectory } from "./store-support/engines.ts";

const changing = adminRouteList.filter(({ method, permission }) => method !== "GET" && permission !== "public");
const named = (routes: readonly AdminRoute[]) => routes.map((route) => [route.id, route] as const);

describe.each(availableEngines())("on $name", (engine) => {
  let plane: AdminPlane;
  let directory: Awaited<ReturnType<typeof createDirectory>>;

  beforeAll(async () => {
    directory = await createDirectory();
    const priceSource = join(directory.path, "list.json");
    await writePriceList(priceSource);
    plane = await startAdminPlane({ priceSource, backupTo: "/var/backups", database: await engine.create() });
    makeOn(plane);
  });
  afterAll(async () => {
    await plane.close();
    await directory.remove();
  });

  /** How many entries the audit log has of what was really changed. */
  const entries = async (): Promise<number> => (await plane.store.audit.ends()).head.sequence;
  const codeOf = async (response: Response): Promise<string> =>
    ((await response.json()) as { error: { code: string } }).error.code;
  const prepared = (id: string): Promise<Call> => changingCalls[id as ChangingId].prepare();
  const withKey = (key: string) => ({ "idempotency-key": key });

  it.each(named(changing))("%s is carried out once, and only for what is as it was", async (id, route) => {
    const call = await prepared(id);
    const [untouched, key] = [await entries(), randomUUID()];
    if (changingRoute(adminRouteList, route) !== null || route.method === "DELETE") {
      const stale = await perform(route, call, { "if-match": '"what it was once"' });
      expect([stale.status, await codeOf(stale)]).toEqual([412, "precondition_failed"]);
      expect(await entries()).toBe(untouched);
    }
    const first = await perform(route, call, { ...withKey(key), "if-match": "*" });
    const body = await first.text();
    expect(first.status, body).toBe(route.status);
    expect(first.headers.has("idempotency-replayed")).toBe(false);
    // Who has ended his own session is nobody by now.
    if (id === "sessions.end" || id === "passwords.change") return;
    const before = await entries();
    const again = await perform(route, call, { ...withKey(key), "if-match": "*" });
    expect([again.status, await again.text()]).toEqual([first.status, body]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
    expect(await entries()).toBe(before);
  });

  it("is there with every object that can be read and changed", async () => {
    const readRoutes = adminRouteList.filter(
      ({ method, path }) =>
        method === "GET" && adminRouteList.some((one) => one.path === path && one.method === "PATCH"),
    );
    expect(readRoutes.length).toBeGreaterThan(9);
    for (const route of readRoutes) {
      const changingOne = changing.find(({ path, method }) => path === route.path && method === "PATCH");
      if (changingOne === undefined) throw new Error(route.id);
      const call = await prepared(changingOne.id);
      // One that was compressed on its way has become a weak one.
      const etagIn = (response: Response) => response.headers.get("etag")?.replace(/^W\//, "") ?? "";
      const asked = { params: call.params ?? {}, ...(call.as !== undefined && { as: call.as }) };
      const read = async () => etagIn(await perform(route, asked));
      const etag = await read();
      expect(etag, route.id).toMatch(/^".+"$/);
      const changed = await perform(changingOne, call, { "if-match": `W/${etag}` });
      expect(changed.status, route.id).toBe(200);
      const later = await read();
      expect(etagIn(changed), route.id).toBe(later);
      expect(later === etag).toBe(false);
      expect((await perform(changingOne, call, { "if-match": etag })).status, route.id).toBe(412);
    }
  });

  it("lets one of many who have seen the same change it", async () => {
    const { id } = await newKey();
    const call = { params: { id } };
    const etag = (await perform(adminRoutes.apiKeys.get, call)).headers.get("etag") ?? "";
    const changes = Array.from({ length: 12 }, (_, index) =>
      perform(adminRoutes.apiKeys.update, { ...call, body: { name: `by ${index}` } }, { "if-match": etag }),
    );
    const statuses = (await Promise.all(changes)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(11);
  });

  it("carries out once what is sent many times at once", async () => {
    const { id } = await newUser();
    const key = randomUUID();
    const call = { body: { name: "many", user_id: id } };
    const sent = Array.from({ length: 8 }, () => perform(adminRoutes.apiKeys.create, call, withKey(key)));
    const answers = await Promise.all(sent);
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect(answers.some(({ status }) => status === 201)).toBe(true);
    const running = answers.filter(({ status }) => status === 409);
    for (const answer of running) {
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(await codeOf(answer)).toBe("idempotency_key_in_use");
    }
    expect((await plane.admin.apiKeys.list({ query: { user_id: id } })).data).toHaveLength(1);
  });

  it("refuses another request with the same key, and takes the same key of somebody else", async () => {
    const key = randomUUID();
    const create = (name: string, as?: string) =>
      perform(adminRoutes.views.create, { body: { page: "keys", name, search: {} }, ...(as && { as }) }, withKey(key));
    const [one, other] = [await newSession(), await newSession()];
    expect((await create("a", one)).status).toBe(201);
    const reused = await create("b", one);
    expect([reused.status, await codeOf(reused)]).toEqual([422, "idempotency_key_reused"]);
    const elsewhere = await perform(adminRoutes.teams.create, { body: { name: "t" }, as: one }, withKey(key));
    // He may not, whatever the key.
    expect(elsewhere.status).toBe(403);
    expect((await create("b", other)).status).toBe(201);
  });

  it("may be sent again, also as another one, when nothing came of it", async () => {
    const key = randomUUID();
    const { email, id } = await newUser();
    const create = (address: string) => perform(adminRoutes.users.create, { body: { email: address } }, withKey(key));
    expect((await create(email)).status).toBe(409);
    expect(await plane.store.users.find(id, "all")).toBeDefined();
    expect((await create(`other-${email}`)).status).toBe(201);
  });

  it.each(["", "with space", "x".repeat(256)])("refuses the key %j", async (key) => {
    const response = await perform(adminRoutes.teams.create, { body: { name: "t" } }, withKey(key));
    expect([response.status, await codeOf(response)]).toEqual([400, "invalid_request_error"]);
  });

  it("keeps no secret that it has shown, neither by itself nor with the key that seals", async () => {
    const { id } = await newUser();
    const key = randomUUID();
    const made = await perform(adminRoutes.apiKeys.create, { body: { name: "k", user_id: id } }, withKey(key));
    const { key: secret } = (await made.json()) as { key: string };
    const rows = await plane.store.database.kysely.selectFrom("idempotency_keys").selectAll().execute();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(rows)).not.toContain(key);
  });

  it("takes over from an instance that has died, and forgets after a day", async () => {
    const { id } = await newUser();
    const key = randomUUID();
    const create = () => perform(adminRoutes.apiKeys.create, { body: { name: "k", user_id: id } }, withKey(key));
    const { kysely } = plane.store.database;
    expect((await create()).status).toBe(201);
    const own = kysely
      .updateTable("idempotency_keys")
      .where("created_at", "=", ({ selectFrom, fn }) =>
        selectFrom("idempotency_keys").select(({ ref }) => fn.max(ref("created_at")).as("last")),
      );
    // As one that was killed in the middle has left it: nothing was stored.
    await own.set({ answer: null }).execute();
    expect((await create()).status).toBe(409);
    await own.set({ instance: "killed" }).execute();
    expect((await create()).status).toBe(201);
    plane.clock.nowMs += 25 * 3_600_000;
    await plane.store.idempotencyKeys.prune();
    expect(await kysely.selectFrom("idempotency_keys").selectAll().execute()).toEqual([]);
  });
});
