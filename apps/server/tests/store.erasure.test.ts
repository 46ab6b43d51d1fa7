// Erasures over both engines: nothing is left that tells of somebody, books and the chain of the audit log are whole, and a process that
// is killed over it is no harm.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "@ghostllm/contract";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyChain } from "#control/audit/verify-chain.ts";
import { continueErasures } from "#control/erasure/erasing.ts";
import { tables } from "#control/store/erasure/personal-rows.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import type { UserRow } from "#control/store/store.ts";
import { deed, nobody, type Author } from "#domain/audit.ts";
import { draftEvent } from "#domain/event.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newKey, newUser, openMigrated, readTotals } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";
import { summarizeUsage } from "./support/usage-summary.ts";

/** Each of it is to be found nowhere. */
const planted = {
  email: "canary.ada@example.com",
  former: "canary.before@example.org",
  username: "Canary Lovelace",
  address: "203.0.113.199",
  agent: "CanaryBrowser/7",
  subject: "canary-subject-77",
  key: "canary laptop",
  view: "canary view",
  tag: "canary-tag",
};
const child = join(import.meta.dirname, "store-support/erase-until-killed.ts");
const always = { holds: () => true };

describe.each(availableEngines())("an erasure on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let boss: UserRow;
  let ada: UserRow;
  let forgotten: string[];

  beforeEach(async () => {
    forgotten = [];
    database = await engine.create();
    store = await openMigrated(database);
    boss = await store.users.create(newUser("boss@example.com", { username: "Boss" }));
    ada = await store.users.create(newUser(planted.former, { username: planted.username, passwordHash: "$2b$x" }));
    await plant();
  });
  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  const by = (user: UserRow, email: string): Author => ({
    actor: { kind: "session", id: user.id, name: email, userId: user.id },
    ...{ address: planted.address, userAgent: planted.agent, requestId: "r", route: "x" },
  });

  /** Whatever somebody leaves behind, and what others say of him. */
  async function plant(): Promise<void> {
    await store.users.update(ada.id, { email: planted.email });
    const team = await store.teams.create({ name: "A", organisationId: null, models: null, ...noBounds });
    await store.teams.addMember(team.id, { userId: ada.id, role: "manager" });
    const key = await store.apiKeys.create(newKey(ada, planted.key, { ...keyOf("one"), tags: [planted.tag] }));
    const gone = await store.apiKeys.create(newKey(ada, `${planted.key} 2`, keyOf("two")));
    await store.apiKeys.update(gone.id, { name: `${planted.key} 3` }, "all");
    const session = { userId: ada.id, method: "password", address: planted.address, userAgent: planted.agent };
    const at = Date.now();
    await store.sessions.create({
      ...{ ...session, id: newId(at), isBrowser: true, createdAt: at },
      ...{ expiresAt: at + 1e6, refreshAt: null, hasFactor: false },
    });
    await store.signIn.addIdentity({ issuer: "https://issuer.example", subject: planted.subject }, ada.id);
    for (const isShared of [true, false])
      await store.views.create({
        userId: ada.id,
        page: "requests",
        name: `${planted.view} ${String(isShared)}`,
        search: {},
        isShared,
      });
    const login = { user_id: ada.id, username: planted.username, address: planted.address, browser: true };
    await store.events.add([draftEvent("user.login", { happenedAt: at, userId: ada.id }, login)]);
    await store.audit.by(by(ada, planted.email), () =>
      store.audit.add([deed("provider.test", { kind: "provider", id: "p", name: "vendor" })]),
    );
    const stranger = { actor: nobody, address: planted.address, userAgent: planted.agent, requestId: "r", route: null };
    const failed = deed("session.failed", { kind: "user", id: ada.id, name: planted.email }, { outcome: "failed" });
    await store.audit.by(stranger, () => store.audit.add([failed]));
    const reason = `${planted.email} may more than you, and so may ${planted.username}`;
    await store.audit.add([deed("permission.refused", null, { outcome: "refused", details: { reason } })]);
    const usage = { userId: ada.id, apiKeyId: key.id, ipAddress: planted.address, userAgent: planted.agent };
    await store.usage.insert(Array.from({ length: 450 }, () => createRecord(usage)));
    await store.usage.insert([createRecord({ userId: boss.id })]);
    await deliver();
  }

  /** A webhook waits to be sent all that was told. */
  async function deliver(): Promise<void> {
    const names = ["user.login", "key.created", "audit.entry"] as const;
    const webhook = await store.webhooks.create({
      ...{ id: newId(), name: "w", url: "https://example.com/", names, secretEncrypted: "s", isActive: true },
    });
    const { rows } = await sql<{ sequence: number; id: string; name: string; data: string }>`
      select * from outbox order by sequence`.execute(store.database.kysely);
    const deliveries = rows.map(({ sequence, id, name, data }) => {
      const event = JSON.stringify({ specversion: "1.0", id, type: name, data: JSON.parse(data) as unknown });
      return { sequence, eventId: id, eventName: name, partitionKey: "k", event };
    });
    await store.webhooks.enqueue({ id: webhook.id, told: webhook.told }, 1, deliveries);
  }

  async function dump(): Promise<string> {
    const names = tables.map(({ name }) => name);
    const texts = [...names, "webhook_deliveries", "erasures", "settings", "snapshot_changes"].map(async (name) => {
      const { rows } = await sql`select * from ${sql.table(name)}`.execute(store.database.kysely);
      return JSON.stringify(rows);
    });
    return (await Promise.all(texts)).join("\n");
  }

  const traces = (text: string): readonly string[] => {
    const lower = text.toLowerCase();
    return Object.values(planted).filter((value) => lower.includes(value.toLowerCase()));
  };

  const finish = async (): Promise<void> => {
    const forget = (userId: string): void => void forgotten.push(userId);
    for (let left = 4; left > 0; left -= 1) await continueErasures({ store, clock: Date, forget, settleMs: 0 }, always);
  };
  const problem = async () =>
    (await verifyChain(store.audit, { after: null, limit: 100_000, anchor: null })).problem?.kind ?? null;

  async function exported(userId: string): Promise<string> {
    let text = "";
    for (let after: string | null = null; ;) {
      const page = await store.erasures.personal(userId, after, 100);
      text += JSON.stringify(page.rows);
      if (page.next === null) return text;
      after = page.next;
    }
  }

  it("hands out all that is stored about somebody, and no secret", async () => {
    const text = await exported(ada.id);
    expect(traces(text)).toEqual(Object.values(planted));
    for (const kind of [
      "account",
      "membership",
      "key",
      "session",
      "identity",
      "view",
      "request",
      "usage_hour",
      "spend",
    ])
      expect(text, kind).toContain(`"kind":"${kind}"`);
    expect(text.match(/"kind":"request"/g)).toHaveLength(450);
    expect(text).not.toMatch(/\$2b\$x|hash of|boss@/);
  });

  it("leaves nothing that tells of him, in the tables and in the files, and the books as they were", async () => {
    expect(traces(await dump())).toEqual(Object.values(planted));
    const totals = async () => {
      const { ids, ...sums } = await readTotals(store);
      return { ids: ids.toSorted(), ...sums };
    };
    const before = await totals();
    const head = (await store.audit.ends()).head;
    const [summary] = await summarizeUsage(store, "user", "all", { userId: ada.id });
    await store.erasures.begin(ada.id);
    expect(await store.users.find(ada.id, "all")).toBeUndefined();
    await finish();
    expect(traces(await dump())).toEqual([]);
    expect(new Set(forgotten)).toEqual(new Set([ada.id]));
    expect(await store.erasures.find(ada.id)).toMatchObject({ finishedAt: expect.any(Number) as number });
    expect(await totals()).toEqual(before);
    expect(await summarizeUsage(store, "user", "all", { userId: ada.id })).toEqual([summary]);
    expect(await problem()).toBeNull();
    const anchored = await verifyChain(store.audit, { after: null, limit: 1e6, anchor: head });
    expect(anchored.problem).toBeNull();
    expect(await exported(ada.id)).not.toMatch(/canary|203\.0\.113/i);
    const files = engine.name === "sqlite" ? (await readdir(database.dataDir)).filter((file) => /\.db/.test(file)) : [];
    for (const file of files) expect(traces(await readFile(join(database.dataDir, file), "latin1")), file).toEqual([]);
  });

  it("keeps who did what and when, by id, and what is said of others", async () => {
    const entries = await store.audit.after(0, 10_000, {});
    await store.erasures.begin(ada.id);
    await finish();
    const left = await store.audit.after(0, entries.length, {});
    const lasting = entries.map(({ id, action, happenedAt, actor, object, hash }) => {
      return [id, action, happenedAt, actor.kind, actor.userId, object?.kind, object?.id, hash];
    });
    expect(
      left.map(({ id, action, happenedAt, actor, object, hash }) => {
        return [id, action, happenedAt, actor.kind, actor.userId, object?.kind, object?.id, hash];
      }),
    ).toEqual(lasting);
    const tested = left.find(({ action }) => action === "provider.test");
    expect(tested).toMatchObject({ actor: { name: "[erased]" }, object: { name: "vendor" }, address: "[erased]" });
    expect(left.find(({ object }) => object?.id === boss.id)?.object?.name).toBe("boss@example.com");
  });

  it("is begun once, and takes what comes later by its id", async () => {
    const first = await store.erasures.begin(ada.id);
    const late = { userId: ada.id, apiKeyId: "k", ipAddress: planted.address, userAgent: planted.agent };
    await store.usage.insert([createRecord(late)]);
    await store.audit.by(by(ada, planted.email), () => store.audit.add([deed("late.work", null)]));
    // Somebody else may have the address from now on.
    const other = await store.users.create(newUser(planted.email));
    await finish();
    expect(await store.erasures.begin(ada.id)).toMatchObject({ userId: ada.id, startedAt: first?.startedAt });
    const entries = await store.audit.after(0, 10_000, {});
    expect(entries.find(({ action }) => action === "late.work")?.actor.name).toBe("[erased]");
    expect(entries.find(({ object }) => object?.id === other.id)?.object?.name).toBe(planted.email);
    expect(await exported(ada.id)).not.toContain(planted.address);
    expect(await problem()).toBeNull();
    expect(await store.erasures.begin("nobody")).toBeUndefined();
  });

  it("is done also for who was deleted before, and for two of whom one did something with the other", async () => {
    await store.audit.by(by(ada, planted.email), () => store.users.update(boss.id, { username: "Canary Boss" }));
    await store.users.remove(ada.id);
    await store.erasures.begin(ada.id);
    await finish();
    await store.erasures.begin(boss.id);
    await finish();
    expect(await dump()).not.toMatch(/canary|boss@/i);
    expect(await problem()).toBeNull();
  });

  it("shows when somebody else takes words out of entries", async () => {
    await store.erasures.begin(ada.id);
    await finish();
    const { kysely } = store.database;
    const entries = await store.audit.after(0, 10_000, {});
    const place = entries.find(({ object }) => object?.id === boss.id)?.sequence ?? 0;
    const { erasedIn } = entries.find(({ erasedIn: at }) => at !== null) ?? {};
    const forged = { object_name: "nobody", salt: null, personal_hash: "0".repeat(64), erased_in: erasedIn ?? 0 };
    const tamper = (values: object, sequence: number) =>
      kysely.updateTable("audit_log").set(values).where("sequence", "=", sequence).execute();
    // What is not an erasure, or touches who did what, the database refuses.
    await expect(tamper({ object_name: "x" }, place)).rejects.toThrow(/only added to/);
    await expect(tamper({ ...forged, action: "x" }, place)).rejects.toThrow(/only added to/);
    await tamper(forged, place);
    expect(await problem()).toBe("changed");
    await tamper({ ...forged, personal_hash: null, erased_in: (erasedIn ?? 0) + 1 }, place);
    expect(await problem()).toBe("unannounced_erasure");
  });

  it("goes on where a process was killed", async () => {
    if (engine.name === "sqlite") await store.close();
    const args = [child, database.dataDir, database.databaseUrl ?? "", ada.id];
    const running = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(running, "exit");
    await once(running.stdout, "data");
    running.kill("SIGKILL");
    await ended;
    if (engine.name === "sqlite") store = await openMigrated(database);
    expect(await store.users.find(ada.id, "all")).toBeUndefined();
    expect(await store.erasures.open()).toEqual([ada.id]);
    await finish();
    expect(await store.erasures.open()).toEqual([]);
    expect(traces(await dump())).toEqual([]);
    expect(await problem()).toBeNull();
  });
});

const keyOf = (name: string) => ({ publicId: `gk-${name}`, keyHash: `hash of ${name}` });

const noBounds = {
  ...{ limits: { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null }, budgetNanos: null },
  membersMakeKeys: false,
};
