// What the store keeps of held requests: decided by whoever may, passed once, and forgotten in time.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mostPending, pendingMs } from "#control/store/consents/ask.ts";
import type { AskedConsent, ConsentDecision } from "#control/store/consents/consent-store.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import type { ApiKeyRow } from "#control/store/key-store.ts";
import { makeQuestion } from "./store-support/consents.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newKey, newUser, openMigrated } from "./store-support/open.ts";

const minuteMs = 60_000;
const by = { note: "", validMs: null, by: null };
const yes: ConsentDecision = { isApproved: true, ...by };
const no: ConsentDecision = { isApproved: false, ...by, note: "too dear" };

describe.each(availableEngines())("held requests, on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  /** Another instance on the database; SQLite has one process alone. */
  let other: OpenStore;
  let key: ApiKeyRow;
  let now = Date.UTC(2026, 0, 1);
  let serial = 0;

  beforeAll(async () => {
    database = await engine.create();
    store = await openMigrated(database, { now: () => now });
    other = engine.name === "postgres" ? await openMigrated(database, { now: () => now }) : store;
  });

  afterAll(async () => {
    if (other !== store) await other.close();
    await store.close();
    await database.dispose();
  });

  async function addKey(): Promise<ApiKeyRow> {
    const name = `k${(serial += 1)}`;
    const user = await store.users.create(newUser(`${name}@example.com`));
    return store.apiKeys.create(newKey(user, name));
  }

  async function newQuestion(change: Partial<Parameters<typeof makeQuestion>[0]> = {}) {
    key = await addKey();
    return makeQuestion({ keyId: key.id, userId: key.userId, ...change });
  }

  function idOf(asked: AskedConsent): string {
    if (!("id" in asked)) throw new Error(`no id: ${asked.kind}`);
    return asked.id;
  }

  const statusOf = async (id: string) => (await store.consents.find(id, "all"))?.status;

  it("wait, are noted once, and pass once when they were approved", async () => {
    const question = await newQuestion();
    const first = await store.consents.ask(question);
    expect(first).toMatchObject({ kind: "required", isNew: true });
    expect(await store.consents.ask(question)).toEqual({ kind: "required", id: idOf(first) });
    const decided = await store.consents.decide(idOf(first), yes, "all");
    expect(decided).toMatchObject({ status: "approved", endsAt: now + minuteMs, decidedBy: null });
    expect(await store.consents.ask({ ...question, fingerprint: "another" })).toMatchObject({ kind: "required" });
    expect(await store.consents.ask(question)).toEqual({ kind: "granted", id: idOf(first) });
    const again = await store.consents.ask(question);
    expect(again).toMatchObject({ kind: "required", isNew: true });
    expect(await statusOf(idOf(first))).toBe("used");
    expect(await store.consents.find(idOf(first), "all")).toMatchObject({ usedBy: question.requestId, usedAt: now });
  });

  it("have one that passes of twenty that ask at once, at whatever instance", async () => {
    const question = await newQuestion();
    const id = idOf(await store.consents.ask(question));
    await store.consents.decide(id, yes, "all");
    const asking = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : other).consents.ask(question));
    const answers = await Promise.all(asking);
    expect(answers.filter(({ kind }) => kind === "granted")).toEqual([{ kind: "granted", id }]);
    expect(new Set(answers.filter(({ kind }) => kind === "required").map(idOf)).size).toBe(1);
  });

  it("are noted once of twenty that ask at once", async () => {
    const question = await newQuestion();
    const asking = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : other).consents.ask(question));
    const answers = await Promise.all(asking);
    expect(new Set(answers.map(idOf)).size).toBe(1);
    expect(answers.filter((one) => "isNew" in one)).toHaveLength(1);
    expect(await store.consents.list({ limit: 10, keyId: key.id }, "all")).toHaveLength(1);
  });

  it("are decided once of many that decide at once", async () => {
    const id = idOf(await store.consents.ask(await newQuestion()));
    const decisions = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? store : other).consents.decide(id, index % 2 === 0 ? yes : no, "all"),
    );
    expect((await Promise.all(decisions)).filter((row) => row !== undefined)).toHaveLength(1);
    expect(await store.consents.decide(id, no, "all")).toBeUndefined();
  });

  it("that were refused are told so until that ends, and may be asked for again then", async () => {
    const question = await newQuestion();
    const id = idOf(await store.consents.ask(question));
    await store.consents.decide(id, { ...no, validMs: 5 * minuteMs }, "all");
    const until = now + 5 * minuteMs;
    expect(await store.consents.ask(question)).toEqual({ kind: "refused", id, note: "too dear", until });
    now = until;
    expect(await store.consents.ask(question)).toMatchObject({ kind: "required", isNew: true });
    expect(await statusOf(id)).toBe("refused");
  });

  it("do not pass when their time is over, be it that of the decision or that of waiting", async () => {
    const question = await newQuestion();
    const id = idOf(await store.consents.ask(question));
    await store.consents.decide(id, yes, "all");
    now += minuteMs;
    expect(await statusOf(id)).toBe("expired");
    const second = idOf(await store.consents.ask(question));
    expect(second).not.toBe(id);
    now += pendingMs;
    expect(await statusOf(second)).toBe("expired");
    expect(await store.consents.decide(second, yes, "all")).toBeUndefined();
  });

  it("that asked no vendor are given back, to the one that has them alone", async () => {
    const question = await newQuestion();
    const id = idOf(await store.consents.ask(question));
    await store.consents.decide(id, yes, "all");
    await store.consents.ask(question);
    await store.consents.giveBack(id, "somebody else");
    expect(await statusOf(id)).toBe("used");
    await store.consents.giveBack(id, question.requestId);
    expect(await store.consents.ask(question)).toEqual({ kind: "granted", id });
    // Where the same waits anew, that is decided.
    await store.consents.ask(question);
    await store.consents.giveBack(id, question.requestId);
    expect(await statusOf(id)).toBe("used");
  });

  it("of one key are so many at most", async () => {
    const question = await newQuestion();
    const ids: string[] = [];
    for (let index = 0; index < mostPending; index += 1)
      ids.push(idOf(await store.consents.ask({ ...question, fingerprint: `f${index}` })));
    expect(await store.consents.ask({ ...question, fingerprint: "one more" })).toEqual({ kind: "too_many" });
    expect(await store.consents.ask({ ...question, fingerprint: "f0" })).toMatchObject({ kind: "required" });
    await store.consents.decide(ids[0] ?? "", yes, "all");
    expect(await store.consents.ask({ ...question, fingerprint: "one more" })).toMatchObject({ kind: "required" });
  });

  it("are told to the outside, and to the audit log, with nothing that was in them", async () => {
    const found = [{ class: "email", action: "replace", count: 2 }] as const;
    const question = await newQuestion({ model: "gpt-\0x", costNanos: 1_500_000_000, found });
    const id = idOf(await store.consents.ask(question));
    await store.consents.decide(id, no, "all");
    const rows = await store.database.kysely
      .selectFrom("outbox")
      .select(["name", "subject", "partition_key", "user_id", "data"])
      .where("subject", "=", id)
      .orderBy("sequence")
      .execute();
    expect(rows).toMatchObject([
      { name: "consent.requested", partition_key: key.id, user_id: key.userId },
      { name: "consent.decided", partition_key: key.id, user_id: key.userId },
    ]);
    expect(rows.map(({ data }): unknown => JSON.parse(data))).toMatchObject([
      { cost_usd: "1.5", policies: ["dear models"], requested_model: "gpt-\uFFFDx", request_id: question.requestId },
      { status: "refused", note: "too dear", decided_by: null },
    ]);
    const entries = await store.audit.list({ limit: 10 }, { objectId: id });
    expect(entries).toMatchObject([{ action: "consent.refused", details: { note: "too dear" } }]);
    expect((await store.consents.find(id, "all"))?.found).toEqual(found);
  });

  it("are listed by what they are, the latest first, a page at a time", async () => {
    const question = await newQuestion();
    const ids: string[] = [];
    for (const model of ["a", "b", "b"]) {
      now += 1;
      ids.push(idOf(await store.consents.ask({ ...question, fingerprint: `${ids.length}`, model })));
    }
    await store.consents.decide(ids[1] ?? "", yes, "all");
    const list = async (query: object) =>
      (await store.consents.list({ limit: 10, keyId: key.id, ...query }, "all")).map(({ id }) => id);
    expect(await list({})).toEqual(ids.toReversed());
    expect(await list({ limit: 1, after: ids[2] })).toEqual([ids[1]]);
    expect(await list({ model: "b" })).toEqual([ids[2], ids[1]]);
    expect(await list({ status: "approved" })).toEqual([ids[1]]);
    expect(await list({ status: "pending" })).toEqual([ids[2], ids[0]]);
    expect(await list({ status: "expired" })).toEqual([]);
    expect(await list({ userId: "nobody" })).toEqual([]);
    expect(await store.consents.list({ limit: 10 }, [{ kind: "user", id: key.userId }])).toHaveLength(3);
  });

  it("are forgotten when they ended long ago, so many at a time, and with their user", async () => {
    const question = await newQuestion();
    const ids = [];
    for (const fingerprint of ["a", "b", "c"]) ids.push(idOf(await store.consents.ask({ ...question, fingerprint })));
    const before = now;
    now += pendingMs + 1;
    const kept = idOf(await store.consents.ask(question));
    const all = () => store.consents.list({ limit: 1_000, keyId: key.id }, "all");
    let pruned = 0;
    do pruned = await store.consents.prune(before + pendingMs + 1, 2);
    while (pruned === 2);
    expect((await all()).map(({ id }) => id)).toEqual([kept]);
    await store.users.remove(key.userId);
    expect(await all()).toEqual([]);
  });
});

describe.each(availableEngines())("consent policies, on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  const anything = { models: null, aboveNanos: null, classes: null, hours: null };
  const rest = { conditions: anything, validMs: minuteMs, isActive: true };

  beforeAll(async () => {
    database = await engine.create();
    store = await openMigrated(database);
  });

  afterAll(async () => {
    await store.close();
    await database.dispose();
  });

  const changedSince = async (position: string) =>
    (await store.snapshot.changes(position, 100)).changes
      .filter(({ table }) => table === "consent_policies")
      .map(({ id }) => id);

  it("are kept as they were given, and every change of one is told to snapshots", async () => {
    const { policies } = store.consents;
    let { position } = await store.snapshot.changes(null, 1);
    const hours = { timeZone: "Europe/Berlin", weekdays: [1, 2], from: 480, to: 1080, isOutside: true };
    const conditions = { models: ["gpt-*"], aboveNanos: 7, classes: ["email" as const], hours };
    const { id } = await policies.create({ name: "p", holder: { kind: "everyone" }, ...rest, conditions });
    expect(await policies.find(id)).toMatchObject({ holder: { kind: "everyone" }, conditions, isActive: true });
    expect(await changedSince(position)).toEqual([id]);
    ({ position } = await store.snapshot.changes(null, 1));
    expect(await policies.update(id, { isActive: false })).toMatchObject({ name: "p", isActive: false, conditions });
    expect(await changedSince(position)).toContain(id);
    ({ position } = await store.snapshot.changes(null, 1));
    expect(await policies.remove(id)).toBe(true);
    expect(await changedSince(position)).toContain(id);
    expect(await policies.remove(id)).toBe(false);
    expect(await policies.update(id, { name: "q" })).toBeUndefined();
  });

  it("have names of their own, and go with whom they hold for", async () => {
    const { policies } = store.consents;
    const user = await store.users.create(newUser("ada@example.com"));
    const own = await policies.create({ name: "own", holder: { kind: "user", id: user.id }, ...rest });
    await expect(policies.create({ name: "own", holder: { kind: "everyone" }, ...rest })).rejects.toMatchObject({
      ...{ code: "conflict", param: "name" },
    });
    const { position } = await store.snapshot.changes(null, 1);
    await store.users.remove(user.id);
    expect(await policies.find(own.id)).toBeUndefined();
    expect(await changedSince(position)).toContain(own.id);
  });
});
