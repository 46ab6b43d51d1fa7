// How far budgets are used up, and how long they last.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { createRecord } from "./store-support/records.ts";
import { availableEngines } from "./store-support/engines.ts";

describe.each(availableEngines())("on $name", (engine) => {
  let plane: AdminPlane;
  const usd = 1_000_000_000;
  const dayMs = 24 * 3_600_000;
  const keys: Record<string, { readonly userId: string; readonly id: string; readonly key: string }> = {};

  async function enroll(name: string, budget: string | null, keyBudget: string | null): Promise<void> {
    const about = { email: `${name}@example.com`, username: name, budget_usd: budget };
    const user = await plane.admin.users.create({ body: about });
    const body = { user_id: user.id, name: `${name}'s`, budget_usd: keyBudget };
    const { id, key } = await plane.admin.apiKeys.create({ body });
    keys[name] = { userId: user.id, id, key };
  }

  const use = (name: string, daysAgo: number, dollars: number) =>
    createRecord({
      ...{ userId: keys[name]?.userId ?? "", apiKeyId: keys[name]?.id ?? "", costNanos: dollars * usd },
      createdAt: plane.clock.nowMs - daysAgo * dayMs,
    });

  beforeAll(async () => {
    plane = await startAdminPlane({ database: await engine.create() });
    await enroll("ada", "10", null);
    await enroll("bob", "100", "4");
    await enroll("eve", null, null);
    await plane.store.usage.insert([use("ada", 1, 7), use("bob", 20, 4), use("bob", 2, 1), use("eve", 1, 50)]);
  });
  afterAll(() => plane.close());

  it("lists those who have one, the furthest first, with when they are used up at this pace", async () => {
    const { data } = await plane.admin.budgets.list();
    expect(
      data.map(({ kind, name, percent, reached, spent_usd }) => [kind, name, percent, reached, spent_usd]),
    ).toEqual([
      ["key", "bob's", 125, true, "5"],
      ["user", "ada", 70, false, "7"],
      ["user", "bob", 5, false, "5"],
    ]);
    const [key, ada, bob] = data;
    expect([key?.spent_7d_usd, ada?.spent_7d_usd, bob?.spent_7d_usd]).toEqual(["1", "7", "1"]);
    expect(key?.exhausted_at).toBeNull();
    // A dollar a day, and three are left.
    expect((Date.parse(ada?.exhausted_at ?? "") - plane.clock.nowMs) / dayMs).toBeCloseTo(3, 3);
    expect((Date.parse(bob?.exhausted_at ?? "") - plane.clock.nowMs) / dayMs).toBeCloseTo(95 * 7, 1);
  });

  it("lists those alone that are used up as far as is asked for", async () => {
    const { data } = await plane.admin.budgets.list({ query: { min_percent: 70, limit: 1 } });
    expect(data.map(({ name }) => name)).toEqual(["bob's"]);
    expect((await plane.admin.budgets.list({ query: { min_percent: 71 } })).data).toHaveLength(1);
  });

  it("shows a user his own", async () => {
    const { data } = await plane.as(keys["ada"]?.key ?? "").budgets.list();
    expect(data.map(({ name, spent_7d_usd }) => [name, spent_7d_usd])).toEqual([["ada", "7"]]);
  });
});
