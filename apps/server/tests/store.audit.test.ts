// The audit log over both engines: what is told of which change, that it is one chain whoever writes, and that who tampers is found.

import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyChain } from "#control/audit/verify-chain.ts";
import { keepAuditLog } from "#control/retention/audit-log.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { deed, theServer, type AuditEntry, type Author } from "#domain/audit.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newKey, newUser, openMigrated, silentLog } from "./store-support/open.ts";

const ada: Author = {
  actor: { kind: "session", id: "u-ada", name: "ada@example.com", userId: "u-ada" },
  ...{ address: "192.0.2.7", userAgent: "tests/1", requestId: "r-1", route: "users.update" },
};
const held = { holds: () => true, signal: new AbortController().signal };
const dayMs = 24 * 3_600_000;

describe.each(availableEngines())("the audit log on $name", (engine) => {
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

  const readAll = (of: OpenStore = store): Promise<readonly AuditEntry[]> => of.audit.after(0, 10_000, {});
  const verify = (limit = 100_000) => verifyChain(store.audit, { after: null, limit, anchor: null });
  const problemOf = async () => (await verify()).problem?.kind ?? null;
  const changesOf = (entry: AuditEntry | undefined) =>
    Object.fromEntries((entry?.changes ?? []).map(({ field, before, after }) => [field, [before, after]]));
  const note = (count: number) =>
    store.audit.add(Array.from({ length: count }, (_, index) => deed(`test.${index}`, null)));

  it("tells who has changed which fields, and no secret", async () => {
    const user = await store.users.create(newUser("bob@example.com", { passwordHash: "$2b$hash-one" }));
    await store.audit.by(ada, () => store.users.update(user.id, { passwordHash: "$2b$hash-two", budgetNanos: 5e9 }));
    const key = await store.apiKeys.create(newKey(user, "laptop", { permissions: { models: ["gpt-*"] } }));
    const limits = { requestsPerMinute: 5, tokensPerMinute: null, concurrentRequests: null };
    await store.apiKeys.update(key.id, { limits }, "all");
    await store.apiKeys.update(key.id, { isActive: false }, "all");
    const [created, updated, made, limited, revoked] = await readAll();
    expect([created, updated, made, limited, revoked].map((entry) => entry?.action)).toEqual([
      ...["user.created", "user.changed", "key.created", "key.changed", "key.revoked"],
    ]);
    expect(created).toMatchObject({ ...theServer, sequence: 1, outcome: "done" });
    expect(updated).toMatchObject({ ...ada, object: { kind: "user", id: user.id, name: "bob@example.com" } });
    expect(changesOf(updated)).toEqual({ password: ["[secret]", "[secret]"], budget_usd: [null, "5"] });
    expect(changesOf(made)).toMatchObject({ permissions: [null, { models: ["gpt-*"] }], key: [null, "[secret]"] });
    const none = { requests_per_minute: null, tokens_per_minute: null, concurrent_requests: null };
    expect(changesOf(limited)).toEqual({ limits: [none, { ...none, requests_per_minute: 5 }] });
    expect(changesOf(revoked)).toEqual({ is_active: [true, false] });
    expect(JSON.stringify(await readAll())).not.toMatch(/hash-one|hash-two|hash of laptop/);
    expect(await problemOf()).toBeNull();
  });

  it("has nothing to tell of a change that changes nothing, or that is of what is not there", async () => {
    const user = await store.users.create(newUser("bob@example.com"));
    await store.users.update(user.id, { username: user.username });
    await store.users.update("nobody", { username: "x" });
    expect(await store.users.remove("nobody")).toBe(false);
    expect(await readAll()).toHaveLength(1);
  });

  it("is written with the change or not at all, and the change with it", async () => {
    const user = await store.users.create(newUser("bob@example.com"));
    await expect(store.users.create(newUser("bob@example.com"))).rejects.toMatchObject({ code: "conflict" });
    expect(await readAll()).toHaveLength(1);
    await sql`alter table audit_head rename to audit_head_away`.execute(store.database.kysely);
    await expect(store.users.update(user.id, { username: "other" })).rejects.toThrow();
    await expect(store.apiKeys.create(newKey(user, "k"))).rejects.toThrow();
    await sql`alter table audit_head_away rename to audit_head`.execute(store.database.kysely);
    expect(await store.users.find(user.id, "all")).toMatchObject({ username: "Ada" });
    expect(await store.apiKeys.list({ limit: 9 }, "all")).toEqual([]);
  });

  it("tells what goes with a user and with a provider", async () => {
    const user = await store.users.create(newUser("bob@example.com"));
    await store.apiKeys.create(newKey(user, "one"));
    await store.apiKeys.create(newKey(user, "two"));
    await store.views.create({
      userId: user.id,
      page: "keys",
      name: "secret plan",
      search: { q: "x" },
      isShared: false,
    });
    await store.users.remove(user.id);
    const entries = await readAll();
    expect(entries.slice(4).map(({ action }) => action)).toEqual([
      ...["user.removed", "key.removed", "key.removed", "view.removed"],
    ]);
    expect(changesOf(entries[5])).toMatchObject({ name: ["one", null] });
    // What somebody keeps for himself is nobody's business.
    expect(JSON.stringify(entries)).not.toContain("secret plan");
    expect(changesOf(entries[7])).toMatchObject({ name: ["[private]", null], search: ["[private]", null] });
  });

  it("is one chain, however many instances write at once", async () => {
    const other = await openMigrated(database);
    const write = async (of: OpenStore, name: string): Promise<void> => {
      for (let index = 0; index < 10; index += 1) {
        await of.users.create(newUser(`${name}${index}@example.com`));
        await of.audit.add([deed("one", null), deed("two", null)]);
      }
    };
    await Promise.all([write(store, "a"), write(store, "b"), write(other, "c"), write(other, "d")]);
    await other.close();
    const entries = await readAll();
    expect(entries.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    expect(await verify()).toMatchObject({ problem: null, checked: 120, isWhole: true });
    const events = await store.events.after(0, 1_000, { names: ["audit.entry"], own: null });
    expect(events.map(({ data }) => data["place"])).toEqual(entries.map(({ sequence }) => sequence));
    expect(events.map(({ data }) => data["hash"])).toEqual(entries.map(({ hash }) => hash));
  });

  it("is verified in steps, and against what is remembered of it", async () => {
    await note(10);
    const first = await verify(4);
    expect(first).toMatchObject({ problem: null, checked: 4, isWhole: false });
    const second = await verifyChain(store.audit, { after: first.to, limit: 100, anchor: first.ends.head });
    expect(second).toMatchObject({ problem: null, checked: 6, isWhole: true });
    const wrong = { sequence: 7, hash: "f".repeat(64) };
    const later = { sequence: 11, hash: first.ends.head.hash };
    for (const anchor of [wrong, later]) {
      const { problem } = await verifyChain(store.audit, { after: null, limit: 100, anchor });
      expect(problem).toMatchObject({ kind: "other_chain", place: anchor.sequence });
    }
  });

  it("takes no change and no deletion by slip", async () => {
    await note(3);
    const { kysely } = store.database;
    await expect(kysely.updateTable("audit_log").set({ action: "x" }).execute()).rejects.toThrow(/only added to/);
    await expect(kysely.deleteFrom("audit_log").where("sequence", "=", 1).execute()).rejects.toThrow(/only added to/);
    expect(await readAll()).toHaveLength(3);
  });

  describe("that somebody has tampered with", () => {
    beforeEach(async () => {
      await note(20);
      await dropTriggers();
    });

    async function dropTriggers(): Promise<void> {
      const { kysely } = store.database;
      const names = engine.name === "sqlite" ? ["audit_log_kept_update", "audit_log_kept_delete"] : ["audit_log_kept"];
      const on = engine.name === "sqlite" ? sql`` : sql`on audit_log`;
      for (const name of names) await sql`drop trigger ${sql.ref(name)} ${on}`.execute(kysely);
    }

    const set = (sequence: number, values: Record<string, unknown>) =>
      store.database.kysely.updateTable("audit_log").set(values).where("sequence", "=", sequence).execute();
    const remove = (from: number, to: number) =>
      store.database.kysely.deleteFrom("audit_log").where("sequence", ">=", from).where("sequence", "<=", to).execute();

    it("shows every field that was changed", async () => {
      const [entry] = await store.audit.chain(7, 1);
      const fields = Object.entries(entry ?? {}).filter(([name]) => name !== "sequence");
      expect(fields).toHaveLength(21);
      for (const [name, value] of fields) {
        const isErasure = name === "erased_in";
        await set(8, { [name]: isErasure ? 9 : typeof value === "number" ? value + 1 : `${value ?? ""}x` });
        expect([name, await problemOf()]).toEqual([name, isErasure ? "unannounced_erasure" : "changed"]);
        await set(8, { [name]: value });
      }
      expect(await problemOf()).toBeNull();
    });

    it("shows what was removed, moved and cut off", async () => {
      await remove(5, 5);
      expect((await verify()).problem).toMatchObject({ kind: "missing", place: 5 });
      await set(20, { sequence: 5 });
      expect((await verify()).problem).toMatchObject({ kind: "changed", place: 5 });
    });

    it("shows that its end is gone, also when more is written behind it", async () => {
      await remove(18, 20);
      expect((await verify()).problem).toMatchObject({ kind: "cut_off", place: 18 });
      await note(1);
      expect((await verify()).problem).toMatchObject({ kind: "missing", place: 18 });
    });

    it("shows that its beginning is gone, also where the head says that it was cut", async () => {
      const [entry] = await store.audit.chain(3, 1);
      await remove(1, 4);
      expect((await verify()).problem).toMatchObject({ kind: "missing", place: 1 });
      const cut = { cut: 4, cut_hash: entry?.hash ?? "" };
      await store.database.kysely.updateTable("audit_head").set(cut).execute();
      expect((await verify()).problem).toMatchObject({ kind: "unannounced_cut", place: 4 });
    });

    it("shows to whoever remembers its head that all of it was written anew", async () => {
      const { head: remembered } = await store.audit.ends();
      await remove(1, 20);
      await store.database.kysely
        .updateTable("audit_head")
        .set({ last: 0, hash: "0".repeat(64) })
        .execute();
      await note(25);
      expect(await problemOf()).toBeNull();
      const { problem } = await verifyChain(store.audit, { after: null, limit: 100, anchor: remembered });
      expect(problem).toMatchObject({ kind: "other_chain", place: 20 });
    });
  });

  it("is kept for as many days as it is said to, and can be verified still", async () => {
    await note(600);
    nowMs += 10 * dayMs;
    await note(5);
    const keep = (auditDays: number | null) =>
      keepAuditLog({ store, now: () => nowMs, auditDays, log: silentLog }, held);
    await keep(null);
    await keep(11);
    expect(await readAll()).toHaveLength(605);
    await keep(7);
    const entries = await readAll();
    expect(entries.map(({ sequence }) => sequence)).toEqual([601, 602, 603, 604, 605, 606]);
    expect(entries.at(-1)).toMatchObject({ action: "audit.cut", details: { place: 600 } });
    expect(await verify()).toMatchObject({ problem: null, checked: 6, from: { sequence: 600 } });
    const rows = await store.database.kysely.selectFrom("audit_log").select("sequence").execute();
    expect(rows).toHaveLength(6);
    await keep(7);
    expect(await readAll()).toHaveLength(6);
    nowMs += 10 * dayMs;
    await note(1);
    await keep(7);
    expect((await readAll()).map(({ sequence }) => sequence)).toEqual([607, 608]);
    expect(await problemOf()).toBeNull();
  });

  it("is found by who, what, when and any word", async () => {
    await store.audit.by(ada, () => store.audit.add([deed("key.made", { kind: "key", id: "k-1", name: "CI 100%" })]));
    nowMs += 1_000;
    await note(3);
    const find = async (filter: Parameters<typeof store.audit.list>[1]) =>
      (await store.audit.list({ limit: 10 }, filter)).map(({ action }) => action);
    expect(await find({ actor: "u-ada" })).toEqual(["key.made"]);
    expect(await find({ actor: "ADA@" })).toEqual(["key.made"]);
    expect(await find({ actor: "example" })).toEqual([]);
    expect(await find({ action: "test." })).toEqual(["test.2", "test.1", "test.0"]);
    expect(await find({ action: "test.1" })).toEqual(["test.1"]);
    expect(await find({ objectKind: "key", objectId: "k-1" })).toEqual(["key.made"]);
    expect(await find({ text: "100%" })).toEqual(["key.made"]);
    expect(await find({ text: "1_0" })).toEqual([]);
    expect(await find({ text: "192.0.2.7", from: nowMs })).toEqual([]);
    expect(await find({ to: nowMs })).toEqual(["key.made"]);
    expect(await find({ outcome: "refused" })).toEqual([]);
    const [newest] = await store.audit.list({ limit: 1 }, {});
    expect(await store.audit.find(newest?.id ?? "")).toEqual(newest);
    expect(
      (await store.audit.list({ limit: 2, before: newest?.sequence ?? 0 }, {})).map(({ action }) => action),
    ).toEqual([...["test.1", "test.0"]]);
  });
});
