// What needs attention, as the bell of the console shows it.

import type { Client } from "@ghostllm/contract/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { createRecord } from "./store-support/records.ts";
import { availableEngines } from "./store-support/engines.ts";

describe.each(availableEngines())("on $name", (engine) => {
  let plane: AdminPlane;
  let bob: Client;
  let bobs: { readonly userId: string; readonly apiKeyId: string };
  const dayMs = 24 * 3_600_000;
  const usd = 1_000_000_000;

  beforeAll(async () => {
    plane = await startAdminPlane({
      ...{ database: await engine.create(), backupTo: "/nowhere", backupEveryMs: dayMs },
    });
    const user = await plane.admin.users.create({
      body: { email: "bob@example.com", username: "Bob", budget_usd: "1" },
    });
    const key = await plane.admin.apiKeys.create({ body: { user_id: user.id, name: "laptop" } });
    bobs = { userId: user.id, apiKeyId: key.id };
    bob = plane.as(key.key);
  });
  afterAll(() => plane.close());
  beforeEach(() => {
    plane.resting.length = 0;
    plane.journal.pendingRecords = 0;
    plane.journal.isHealthy = true;
  });

  const kinds = async (client = plane.admin): Promise<readonly string[]> =>
    (await client.notifications.list()).data.map(({ kind, subject }) => `${kind} ${subject.name}`);

  it("is nothing where all is well", async () => {
    expect(await kinds()).toEqual([]);
    expect(await kinds(bob)).toEqual([]);
  });

  it("is a target that rests, and until when", async () => {
    plane.resting.push({
      providerId: "p",
      provider: "openai",
      model: "gpt-4o",
      state: "open",
      reason: "failures",
      restMs: 12_000,
    });
    const { data } = await plane.admin.notifications.list();
    expect(data).toEqual([
      {
        ...{ id: expect.any(String), kind: "target_resting", level: "warning", percent: null },
        subject: { kind: "provider", id: "p", name: "openai/gpt-4o" },
        text: expect.stringContaining("12 s"),
        until: expect.any(String),
      },
    ]);
    expect(Date.parse(data[0]?.until ?? "") - plane.clock.nowMs).toBeCloseTo(12_000, -2);
    expect(await kinds(bob)).toEqual([]);
  });

  it("is a journal that grows, or cannot be written to", async () => {
    plane.journal.pendingRecords = 20_000;
    expect(await kinds()).toEqual(["journal_growing journal"]);
    plane.journal.isHealthy = false;
    expect(await kinds()).toEqual(["part_unhealthy journal"]);
    expect(await kinds(bob)).toEqual([]);
  });

  it("is a part that is not well", async () => {
    plane.health.report("store", { isHealthy: false, detail: "sqlite does not answer" });
    expect(await kinds()).toEqual(["part_unhealthy store"]);
    expect(await kinds(bob)).toEqual([]);
    plane.health.report("store", { isHealthy: true, detail: "sqlite" });
    expect(await kinds()).toEqual([]);
  });

  it("is an alert that fires on backups, to whoever may see them", async () => {
    await plane.alerts.look();
    expect(await kinds()).toEqual([]);
    plane.clock.nowMs += 16 * 60_000;
    await plane.alerts.look();
    expect(await kinds()).toEqual(["alert GhostllmBackupOld"]);
    expect(await kinds(bob)).toEqual([]);
    const { id } = await plane.store.backups.ask({ backupId: "one", reason: "asked", place: "/nowhere" });
    await plane.store.backups.begin(id);
    await plane.store.backups.settle(id, { state: "made", rows: 1, bytes: 1, error: null }, []);
    await plane.alerts.look();
    expect(await kinds()).toEqual([]);
  });

  it("is a key that ends within a week, to its owner as well", async () => {
    const until = (days: number) => new Date(plane.clock.nowMs + days * dayMs).toISOString();
    const add = (name: string, days: number) =>
      plane.admin.apiKeys.create({ body: { user_id: bobs.userId, name, expires_at: until(days) } });
    const soon = await add("soon", 3);
    await add("later", 30);
    expect(await kinds()).toEqual(["key_expiring soon"]);
    expect(await kinds(bob)).toEqual(["key_expiring soon"]);
    expect((await bob.notifications.list()).data[0]?.until).toBe(soon.expires_at);
    await plane.admin.apiKeys.revoke({ params: { id: soon.id } });
    expect(await kinds()).toEqual([]);
  });

  it("is a budget near its cap and at it, errors first", async () => {
    await plane.store.usage.insert([createRecord({ ...bobs, costNanos: 0.85 * usd })]);
    plane.resting.push({
      providerId: "p",
      provider: "openai",
      model: "gpt-4o",
      state: "open",
      reason: "failures",
      restMs: 1_000,
    });
    expect(await kinds()).toEqual(["target_resting openai/gpt-4o", "budget_near Bob"]);
    const [near] = (await bob.notifications.list()).data;
    expect(near).toMatchObject({
      kind: "budget_near",
      level: "warning",
      percent: 85,
      text: "Bob has spent $0.85 of $1.00.",
    });
    await plane.store.usage.insert([createRecord({ ...bobs, costNanos: 0.15 * usd })]);
    expect(await kinds()).toEqual(["budget_reached Bob", "target_resting openai/gpt-4o"]);
    const [reached] = (await bob.notifications.list()).data;
    expect(reached).toMatchObject({ level: "error", percent: 100, text: expect.stringContaining("refused") });
  });

  it("is a budget over a period as well, by its own thresholds and of its present period, once for each of them", async () => {
    const budgets = [{ period: "day" as const, amount_usd: "10", thresholds: [50, 70] }];
    const key = await plane.admin.apiKeys.create({ body: { user_id: bobs.userId, name: "daily", budgets } });
    const provider = await plane.admin.providers.create({ body: { provider_type: "ollama", budgets } });
    const now = new Date(plane.clock.nowMs);
    const today = now.toISOString().slice(0, 10);
    const owner = { userId: "somebody", apiKeyId: key.id };
    const spend = (nanos: number) =>
      plane.store.usage.insert([
        createRecord({
          ...{ ...owner, costNanos: nanos, budgetPeriods: `key:${today}/${key.budgets[0]?.id}` },
          providerCharges: `${provider.id}=${nanos},${provider.id}:${today}/${provider.budgets[0]?.id}=${nanos}`,
        }),
      ]);
    const own = async (client = plane.admin) =>
      (await client.notifications.list()).data.filter(({ subject }) => ["daily", "ollama"].includes(subject.name));
    await spend(4.9 * usd);
    expect(await own()).toEqual([]);
    await spend(0.2 * usd);
    const [first] = await own(bob);
    expect(first).toMatchObject({
      ...{ kind: "budget_near", level: "warning", percent: 51, until: expect.stringContaining("T00:00:00.000Z") },
      text: "daily has spent $5.10 of $10.00 of this day.",
    });
    expect((await own()).map(({ subject }) => subject.kind).toSorted()).toEqual(["key", "provider"]);
    await spend(0.4 * usd);
    // It is about the same.
    expect((await own(bob))[0]?.id).toBe(first?.id);
    await spend(2 * usd);
    expect((await own(bob))[0]).toMatchObject({ percent: 75, kind: "budget_near" });
    expect((await own(bob))[0]?.id).not.toBe(first?.id);
    await spend(3 * usd);
    expect((await own(bob))[0]).toMatchObject({ kind: "budget_reached", level: "error" });
    expect((await own()).find(({ subject }) => subject.kind === "provider")?.text).toContain("others are asked");
    plane.clock.nowMs += dayMs;
    expect(await own()).toEqual([]);
    plane.clock.nowMs -= dayMs;
  });
});
