// Many changes in one request: each as by its own route, all stored together.

import { randomUUID } from "node:crypto";
import { adminRoutes, mostOperations } from "@ghostllm/contract/routes";
import type { AdminRoutes, RouteInput } from "@ghostllm/contract/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { makeOn, newKey, newUser, password, perform } from "./changing-calls.ts";
import { availableEngines } from "./store-support/engines.ts";

type Bulk = RouteInput<AdminRoutes["bulk"]["run"]>["body"];

describe.each(availableEngines())("on $name", (engine) => {
  let plane: AdminPlane;
  let serial = 0;
  const next = (): string => `b${(serial += 1)}`;

  beforeAll(async () => {
    plane = await startAdminPlane({ database: await engine.create() });
    makeOn(plane);
  });
  afterAll(() => plane.close());

  const run = (body: Bulk, as?: string) => (as === undefined ? plane.admin : plane.as(as)).bulk.run({ body });
  const creating = (name: string) => ({ op: "users.create", body: { email: `${name}@example.com` } }) as const;
  const found = async (q: string) => (await plane.admin.users.list({ query: { q } })).data.map(({ email }) => email);
  const text = (value: unknown): string => (typeof value === "string" ? value : "");

  it("carries out in order, answers each, and tells the audit log of each by its own route", async () => {
    const [{ id: userId }, key, name] = [await newUser(), await newKey(), next()];
    const { results, failed } = await run({
      operations: [
        { op: "teams.create", body: { name } },
        { op: "apiKeys.create", body: { name: "k", user_id: userId } },
        { op: "apiKeys.update", params: { id: key.id }, body: { tags: ["old"] } },
        { op: "apiKeys.revoke", params: { id: key.id } },
        { op: "users.remove", params: { id: userId } },
      ],
    });
    expect(failed).toBe(0);
    expect(results.map(({ status }) => status)).toEqual([201, 201, 200, 200, 200]);
    expect(text(results[1]?.body?.["key"])).toMatch(/^gk-/);
    expect(results[2]?.body).toMatchObject({ id: key.id, tags: ["old"] });
    const entries = (await plane.admin.audit.list({ query: { limit: 6 } })).data.toReversed();
    expect(entries.map(({ action, route }) => [action, route])).toEqual([
      ["team.created", "teams.create"],
      ["key.created", "apiKeys.create"],
      ["key.changed", "apiKeys.update"],
      ["key.revoked", "apiKeys.revoke"],
      ["user.removed", "users.remove"],
      ["key.removed", "users.remove"],
    ]);
    expect(new Set(entries.map(({ request_id: id }) => id)).size).toBe(1);
    expect(plane.snapshots.current().keys.size).toBeGreaterThanOrEqual(0);
  });

  it("leaves out what fails, and stores the others", async () => {
    const [one, two] = [next(), next()];
    const operations = [
      creating(one),
      creating(one),
      { op: "teams.remove", params: { id: "none" } },
      creating(two),
    ] as const;
    const { results, failed } = await run({ operations: [...operations] });
    expect(failed).toBe(2);
    expect(results.map(({ status }) => status)).toEqual([201, 409, 404, 201]);
    expect(results[1]?.error).toMatchObject({ code: "conflict", param: "email" });
    expect(await found(`${one}@`)).toHaveLength(1);
    expect(await found(`${two}@`)).toHaveLength(1);
  });

  it("changes nothing where all or none is asked for, and says which one fails", async () => {
    const [one, two] = [next(), next()];
    const before = (await plane.store.audit.ends()).head.sequence;
    const failing = run({ atomic: true, operations: [creating(one), creating(two), creating(one)] });
    await expect(failing).rejects.toMatchObject({ status: 409, code: "conflict", param: "operations[2].email" });
    expect(await found(`${one}@`)).toEqual([]);
    expect((await plane.store.audit.ends()).head.sequence).toBe(before);
    expect((await run({ atomic: true, operations: [creating(one), creating(two)] })).failed).toBe(0);
  });

  it("gives nobody more than the routes do", async () => {
    const member = await newUser();
    const token = (await plane.as(null).sessions.create({ body: { email: member.email, password } })).token;
    const foreign = await newKey();
    const { results } = await run(
      { operations: [creating(next()), { op: "apiKeys.revoke", params: { id: foreign.id } }] },
      token,
    );
    expect(results.map(({ status }) => status)).toEqual([403, 403]);
    const manager = await newUser();
    const [own, other] = await Promise.all(
      ["own", "other"].map((name) => plane.admin.teams.create({ body: { name: `${name} ${next()}` } })),
    );
    await plane.admin.teams.addMember({
      params: { id: own?.id ?? "" },
      body: { user_id: manager.id, role: "manager" },
    });
    const session = (await plane.as(null).sessions.create({ body: { email: manager.email, password } })).token;
    const takingIn = (id = "") => ({ op: "teams.addMember", params: { id }, body: { email: member.email } }) as const;
    const answered = await run({ operations: [takingIn(own?.id), takingIn(other?.id)] }, session);
    expect(answered.results.map(({ status }) => status)).toEqual([201, 404]);
    const q = "apiKeys.revoke";
    await expect
      .poll(async () => (await plane.admin.audit.list({ query: { action: "permission.refused", q } })).data.length)
      .toBeGreaterThan(0);
  });

  it("holds each to the version that it names", async () => {
    const { id } = await newUser();
    const read = await perform(adminRoutes.users.get, { params: { id } });
    const etag = read.headers.get("etag") ?? "";
    const rename = (username: string) =>
      ({ op: "users.update", params: { id }, body: { username }, if_match: etag }) as const;
    const { results } = await run({ operations: [rename("first"), rename("second")] });
    expect(results.map(({ status }) => status)).toEqual([200, 412]);
    expect((await plane.admin.users.get({ params: { id } })).username).toBe("first");
  });

  it("is carried out once for an Idempotency-Key, whole", async () => {
    const [name, key] = [next(), randomUUID()];
    const body = { operations: [creating(name), creating(name)] };
    const first = await plane.admin.bulk.run({ body }, { idempotencyKey: key });
    expect(await plane.admin.bulk.run({ body }, { idempotencyKey: key })).toEqual(first);
    expect(await found(`${name}@`)).toHaveLength(1);
  });

  it("waits for others and lets them wait, without standing in each other's way", async () => {
    const names = Array.from({ length: 40 }, next);
    const half = (from: number) => run({ operations: names.slice(from, from + 20).map(creating) });
    const { id } = await newUser();
    const update = (index: number) => plane.admin.users.update({ params: { id }, body: { username: `u${index}` } });
    const all = [half(0), update(1), half(20), update(2), plane.admin.users.list(), update(3)];
    for (const done of await Promise.allSettled(all)) expect(done.status).toBe("fulfilled");
    expect((await plane.admin.users.list({ query: { limit: 500 } })).data.length).toBeGreaterThan(40);
  });

  it("takes so many and no more, and no passwords", async () => {
    const many = Array.from({ length: mostOperations + 1 }, () => creating(next()));
    await expect(run({ operations: many })).rejects.toMatchObject({ status: 400, param: "operations" });
    const withPassword = { operations: [{ op: "users.create", body: { email: `${next()}@example.com`, password } }] };
    const refused = await perform(adminRoutes.bulk.run, { body: withPassword });
    expect(refused.status).toBe(400);
    const { failed } = await run({ operations: many.slice(0, mostOperations) });
    expect(failed).toBe(0);
  });
});
