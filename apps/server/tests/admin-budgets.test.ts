// Budgets and limits: how far they are used up, how long they last, and what of them is in use.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { createRecord } from "./store-support/records.ts";
import { availableEngines } from "./store-support/engines.ts";
import { makeScope } from "./support/gateway.ts";

const usd = 1_000_000_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Enrolled {
  readonly userId: string;
  readonly id: string;
  readonly key: string;
}

describe.each(availableEngines())("on $name", (engine) => {
  let plane: AdminPlane;
  const enrolled: Record<string, Enrolled> = {};
  const of = (name: string): Enrolled => enrolled[name] ?? { userId: "", id: "", key: "" };

  async function enroll(name: string, budget: string | null, keyBudget: string | null): Promise<void> {
    const about = { email: `${name}@example.com`, username: name, budget_usd: budget };
    const user = await plane.admin.users.create({ body: { ...about, limits: { tokens_per_minute: 900 } } });
    const body = { user_id: user.id, name: `${name}'s`, budget_usd: keyBudget, limits: { requests_per_minute: 60 } };
    const { id, key } = await plane.admin.apiKeys.create({ body });
    enrolled[name] = { userId: user.id, id, key };
  }

  const use = (name: string, daysAgo: number, dollars: number) =>
    createRecord({
      ...{ userId: of(name).userId, apiKeyId: of(name).id, costNanos: dollars * usd },
      createdAt: plane.clock.nowMs - daysAgo * dayMs,
    });

  const list = async (query: Parameters<AdminPlane["admin"]["budgets"]["list"]>[0] = {}, caller = plane.admin) =>
    (await caller.budgets.list(query)).data.map(({ name }) => name);

  beforeAll(async () => {
    plane = await startAdminPlane({ database: await engine.create() });
    // They have been there for a month.
    plane.clock.nowMs -= 30 * dayMs;
    await enroll("ada", "10", null);
    await enroll("bob", "100", "4");
    await enroll("eve", null, null);
    plane.clock.nowMs += 30 * dayMs;
    await plane.store.usage.insert([
      ...[use("ada", 10, 1), use("ada", 3, 2), use("ada", 2, 2), use("ada", 1, 3)],
      ...[use("bob", 20, 4), use("bob", 2, 1), use("eve", 1, 50)],
    ]);
  });
  afterAll(() => plane.close());

  it("lists all that have one and all that have none, the furthest first, with their limits", async () => {
    const { data, count, total, counts } = await plane.admin.budgets.list();
    expect(
      data.map(({ kind, name, state, percent, budget_usd, spent_usd, left_usd }) => [
        ...[kind, name, state, percent, budget_usd, spent_usd, left_usd],
      ]),
    ).toEqual([
      ["key", "bob's", "reached", 125, "4", "5", "0"],
      ["user", "ada", "near", 80, "10", "8", "2"],
      ["user", "bob", "fine", 5, "100", "5", "95"],
      ["key", "ada's", "none", null, null, "8", null],
      ["key", "eve's", "none", null, null, "50", null],
      ["user", "eve", "none", null, null, "50", null],
    ]);
    expect([count, total, counts]).toEqual([6, 6, { none: 3, fine: 1, near: 1, reached: 1 }]);
    const [key, ada] = data;
    expect(key).toMatchObject({ user_email: "bob@example.com", public_id: of("bob").key.slice(0, 15) });
    expect(key?.limits).toMatchObject({ requests_per_minute: 60, tokens_per_minute: null });
    expect(ada?.limits).toMatchObject({ requests_per_minute: null, tokens_per_minute: 900 });
    expect(ada).toMatchObject({ public_id: null, ends_at: null, user_id: of("ada").userId });
  });

  it("tells how long each lasts at the rate of the last seven days, or that too little is known", async () => {
    const { data } = await plane.admin.budgets.list();
    const forecasts = Object.fromEntries(data.map(({ name, forecast }) => [name, forecast]));
    // A dollar a day, and two are left.
    expect(forecasts["ada"]).toMatchObject({ outcome: "exhausts", recent_usd: "7", at_end_usd: null });
    expect(Number(forecasts["ada"]?.per_day_usd)).toBeCloseTo(1, 1);
    expect((Date.parse(forecasts["ada"]?.exhausted_at ?? "") - plane.clock.nowMs) / dayMs).toBeCloseTo(2, 1);
    // One hour of use in seven days says nothing.
    expect(forecasts["bob"]).toMatchObject({ outcome: "too_little_data", per_day_usd: null, recent_usd: "1" });
    expect(forecasts["bob's"]).toMatchObject({ outcome: "reached", exhausted_at: null });
    expect(forecasts["eve"]).toBeNull();
  });

  it("filters by state, kind and words, in the order and the pages that are asked for", async () => {
    expect(await list({ query: { state: "near" } })).toEqual(["ada"]);
    expect(await list({ query: { state: "none", kind: "key", order_by: "name" } })).toEqual(["ada's", "eve's"]);
    expect(await list({ query: { q: " EXAMPLE  bob", order_by: "name", order: "desc" } })).toEqual(["bob's", "bob"]);
    expect(await list({ query: { q: of("eve").key.slice(0, 15) } })).toEqual(["eve's"]);
    expect(await list({ query: { order_by: "spent", limit: 3 } })).toEqual(["eve's", "eve", "ada's"]);
    expect(await list({ query: { order_by: "budget", order: "asc", limit: 3 } })).toEqual(["bob's", "ada", "bob"]);
    expect(await list({ query: { order_by: "forecast", limit: 3 } })).toEqual(["bob's", "ada", "bob"]);
    expect(await list({ query: { limit: 2, offset: 1 } })).toEqual(["ada", "bob"]);
    const pages = [0, 2, 4, 6].map((offset) => list({ query: { limit: 2, offset, order_by: "budget" } }));
    expect((await Promise.all(pages)).flat()).toEqual(await list({ query: { order_by: "budget" } }));
    const { count, total, counts } = await plane.admin.budgets.list({ query: { state: "near", q: "ada", limit: 1 } });
    expect([count, total, counts]).toEqual([1, 6, { none: 1, fine: 0, near: 1, reached: 0 }]);
    expect((await plane.request("/admin/budgets?state=full")).status).toBe(400);
  });

  it("shows a user his own, and no other by whatever name", async () => {
    const caller = plane.as(of("ada").key);
    expect(await list({ query: { q: "example" } }, caller)).toEqual(["ada", "ada's"]);
    const { budget } = await caller.budgets.get({ params: { kind: "user", id: of("ada").userId } });
    expect(budget).toMatchObject({ name: "ada", forecast: { recent_usd: "7" } });
    for (const [kind, id] of [
      ["user", of("bob").userId],
      ["key", of("bob").id],
      ["key", of("ada").userId],
    ] as const)
      await expect(caller.budgets.get({ params: { kind, id } })).rejects.toMatchObject({ status: 404 });
  });

  it("tells the course of one: what was spent in all, by day, beside the even line to its end", async () => {
    const { budget, course } = await plane.admin.budgets.get({ params: { kind: "user", id: of("ada").userId } });
    expect([course.bucket, course.even_usd]).toEqual(["day", null]);
    expect(course.times).toHaveLength(course.spent_usd.length);
    expect(Date.parse(course.times[0] ?? "")).toBe(Math.floor(Date.parse(budget.begins_at) / hourMs) * hourMs);
    expect(Date.parse(course.times.at(-1) ?? "")).toBe(plane.clock.nowMs);
    expect([...new Set(course.spent_usd)]).toEqual(["0", "1", "3", "5", "8"]);
    const ends = new Date(plane.clock.nowMs + 30 * dayMs).toISOString();
    await plane.admin.apiKeys.update({ params: { id: of("bob").id }, body: { expires_at: ends } });
    const key = await plane.admin.budgets.get({ params: { kind: "key", id: of("bob").id } });
    expect([key.budget.ends_at, key.course.even_usd?.[0]]).toEqual([ends, "0"]);
    expect(Number(key.course.even_usd?.at(-1))).toBeCloseTo(2, 1);
  });

  it("counts one that allows nothing as reached, and puts it before those that are not", async () => {
    const { id } = await plane.admin.apiKeys.create({
      body: { user_id: of("eve").userId, name: "shut", budget_usd: "0" },
    });
    expect(await list({ query: { limit: 3 } })).toEqual(["bob's", "shut", "ada"]);
    expect(await list({ query: { state: "reached", order_by: "forecast" } })).toEqual(["bob's", "shut"]);
    const { budget } = await plane.admin.budgets.get({ params: { kind: "key", id } });
    expect(budget).toMatchObject({ percent: 100, state: "reached", left_usd: "0", forecast: { outcome: "reached" } });
    await plane.admin.apiKeys.revoke({ params: { id } });
  });

  it("leaves out keys that work no more, and says of one that it has ended", async () => {
    const body = { user_id: of("eve").userId, name: "short", budget_usd: "1" };
    const ends = new Date(plane.clock.nowMs + dayMs).toISOString();
    const short = await plane.admin.apiKeys.create({ body: { ...body, expires_at: ends } });
    const gone = await plane.admin.apiKeys.create({ body: { ...body, name: "gone" } });
    await plane.admin.apiKeys.revoke({ params: { id: gone.id } });
    expect(await list({ query: { q: "short" } })).toEqual(["short"]);
    expect(await list({ query: { q: "gone" } })).toEqual([]);
    const { budget } = await plane.admin.budgets.get({ params: { kind: "key", id: gone.id } });
    expect(budget.forecast).toMatchObject({ outcome: "ended" });
    expect((await plane.admin.budgets.get({ params: { kind: "key", id: short.id } })).budget.forecast).toMatchObject({
      outcome: "too_little_data",
    });
  });

  it("tells what is in use of budget and limits now, and nothing where those who count do not answer", async () => {
    const scopes = [makeScope("user", of("ada").userId)];
    await plane.counters.reserve({ id: "r1", scopes, tokens: 40, costNanos: usd / 2, lifetimeMs: dayMs });
    const read = async () => (await plane.admin.budgets.get({ params: { kind: "user", id: of("ada").userId } })).budget;
    const inUse = { requests: 1, tokens: 40, running: 1, reserved_usd: "0.5" };
    expect(await read()).toMatchObject({ left_usd: "1.5", in_use: inUse });
    const counting = plane.counters.inUse.bind(plane.counters);
    plane.counters.inUse = () => Promise.reject(new Error("connection lost"));
    expect(await read()).toMatchObject({ left_usd: "2", in_use: null });
    plane.counters.inUse = counting;
    await plane.counters.settle({ id: "r1", tokens: 40, costNanos: 0 });
    expect((await read()).in_use).toMatchObject({ running: 0, reserved_usd: "0" });
  });

  it("has one of next to nothing, of which much was spent, without harm to the others", async () => {
    await enroll("tiny", "0.000000001", null);
    await plane.store.usage.insert([use("tiny", 0, 95_000)]);
    const { data } = await plane.admin.budgets.list({ query: { q: "tiny", kind: "user" } });
    expect(data).toMatchObject([{ percent: Number.MAX_SAFE_INTEGER, state: "reached", spent_usd: "95000" }]);
    const told = (await plane.admin.notifications.list()).data.map(({ subject }) => subject.name);
    expect(told).toContain("tiny");
  });

  it("tells budgets by period as they stand in their present ones, and reads the rules of those who set them", async () => {
    await enroll("zoe", null, null);
    await plane.store.usage.insert([use("zoe", 3, 2), use("zoe", 2, 2), use("zoe", 1, 3)]);
    const { id, userId } = of("zoe");
    const budgets = [
      {
        period: "month" as const,
        amount_usd: "40",
        time_zone: "Europe/Berlin",
        rollover_usd: "5",
        thresholds: [90, 50, 50],
      },
      { period: "rolling" as const, days: 7, amount_usd: "9" },
    ];
    const made = await plane.admin.apiKeys.update({ params: { id }, body: { budgets } });
    expect(made.budgets).toMatchObject([
      {
        period: "month",
        days: null,
        time_zone: "Europe/Berlin",
        thresholds: [50, 90],
        rollover_usd: "5",
        increase: null,
      },
      { period: "rolling", days: 7, time_zone: "UTC", thresholds: [80, 100], downgrade_to: null },
    ]);
    const [month, rolling] = made.budgets;
    const now = new Date(plane.clock.nowMs);
    const day = now.toISOString().slice(0, 10);
    const first = new Date(plane.clock.nowMs + hourMs).toISOString().slice(0, 7);
    const periods = `key:${first}-01/${month?.id},key:${day}/${rolling?.id}`;
    const record = createRecord({
      userId,
      apiKeyId: id,
      costNanos: 0,
      chargedNanos: 8 * usd,
      createdAt: now.getTime(),
    });
    await plane.store.usage.insert([{ ...record, budgetPeriods: periods }]);
    const { budget } = await plane.admin.budgets.get({ params: { kind: "key", id } });
    expect(budget).toMatchObject({ state: "near", budget_usd: null });
    expect(budget.budgets).toMatchObject([
      { id: month?.id, state: "fine", percent: 20, allowance_usd: "40", spent_usd: "8", left_usd: "32" },
      { id: rolling?.id, state: "near", percent: 88, spent_usd: "8", left_usd: "1", forecast: null },
    ]);
    // The rate is that of its holder, who spent 7 in three days: a budget that was made today has none of its own.
    expect(budget.budgets[0]?.forecast).toMatchObject({
      recent_usd: "7",
      outcome: expect.stringMatching(/exhausts|lasts/),
    });

    // Whoever has an id counts on; another period is another budget.
    const [one, other] = made.budgets.map(({ made_at: _, ...terms }) => terms);
    const until = new Date(plane.clock.nowMs + dayMs).toISOString();
    const increase = { amount_usd: "7", until };
    const update = (...given: readonly object[]) =>
      plane.admin.apiKeys.update({ params: { id }, body: { budgets: given as typeof budgets } });
    const changed = await update({ ...one, increase }, { ...other, days: 3 });
    expect(changed.budgets[0]).toMatchObject({ id: month?.id, increase, made_at: month?.made_at });
    expect(changed.budgets[1]?.id).not.toBe(rolling?.id);
    const again = await plane.admin.budgets.get({ params: { kind: "key", id } });
    expect(again.budget.budgets).toMatchObject([
      { allowance_usd: "47", spent_usd: "8" },
      { spent_usd: "0", percent: 0 },
    ]);
    const usual = { period: "day", amount_usd: "1" };
    for (const wrong of [
      { ...usual, time_zone: "Berlin" },
      { ...usual, days: 3 },
      { ...usual, period: "rolling" },
      { ...usual, period: "rolling", days: 32 },
      { ...usual, period: "total", rollover_usd: "1" },
      { ...usual, id: "nobody" },
      { ...usual, downgrade_to: "nobody" },
      { ...usual, increase: { amount_usd: "1", until: "2020-01-01" } },
      { ...usual, thresholds: [0] },
    ])
      await expect(update(wrong), JSON.stringify(wrong)).rejects.toMatchObject({ status: 400 });
    await update();
    expect((await plane.admin.budgets.get({ params: { kind: "key", id } })).budget.budgets).toEqual([]);
  });

  it("holds aliases and providers as well, which those alone see who see all, and tells the audit log", async () => {
    const budgets = [{ period: "month" as const, amount_usd: "40" }];
    const limits = { requests_per_minute: 500, cost_usd_per_day: "9.5" };
    const provider = await plane.admin.providers.create({ body: { provider_type: "ollama", limits } });
    expect(provider).toMatchObject({ limits: { ...limits, requests_per_day: null }, budgets: [] });
    const changed = await plane.admin.providers.update({ params: { id: provider.id }, body: { budgets } });
    expect(changed).toMatchObject({ limits, budgets: [{ period: "month", amount_usd: "40" }] });
    const targets = [{ provider: "ollama", model: "m" }];
    const alias = await plane.admin.aliases.create({ body: { name: "smart", targets, budgets } });
    const limited = await plane.admin.aliases.update({ params: { id: alias.id }, body: { limits } });
    expect(limited).toMatchObject({ limits, budgets: [{ id: alias.budgets[0]?.id }] });
    await plane.admin.aliases.create({ body: { name: "plain", targets } });

    const [day] = new Date(plane.clock.nowMs).toISOString().split("T");
    const month = `${day?.slice(0, 7)}-01`;
    const ofProvider = `${provider.id}:${month}/${changed.budgets[0]?.id}`;
    const record = createRecord({
      ...{ userId: of("eve").userId, apiKeyId: of("eve").id, costNanos: 36 * usd, createdAt: plane.clock.nowMs },
      ...{ requestedModel: "smart", providerId: provider.id },
      budgetPeriods: `alias/${alias.id},alias/${alias.id}:${month}/${alias.budgets[0]?.id}`,
      providerCharges: `${provider.id}=${12 * usd},${ofProvider}=${12 * usd}`,
    });
    await plane.store.usage.insert([record]);
    const listed = (await plane.admin.budgets.list({ query: { limit: 1_000 } })).data;
    const rows = listed.filter(({ kind }) => kind === "alias" || kind === "provider");
    expect(rows.toSorted((one, other) => one.kind.localeCompare(other.kind))).toMatchObject([
      { kind: "alias", name: "smart", state: "near", budget_usd: null, budgets: [{ spent_usd: "36", left_usd: "4" }] },
      { kind: "provider", name: "ollama", state: "fine", budgets: [{ spent_usd: "12" }], limits },
    ]);
    const one = await plane.admin.budgets.get({ params: { kind: "provider", id: provider.id } });
    expect(one.budget).toMatchObject({ spent_usd: "12", user_id: null });
    expect(one.course.spent_usd.at(-1)).toBe("12");
    const detail = await plane.admin.requests.get({ params: { id: record.id } });
    expect(detail.charges).toEqual(
      expect.arrayContaining([
        { kind: "alias", id: alias.id, name: "smart", charged_usd: "36" },
        { kind: "provider", id: provider.id, name: "ollama", charged_usd: "12" },
      ]),
    );
    const member = plane.as(of("ada").key);
    expect((await member.budgets.list()).data.map(({ kind }) => kind)).not.toContain("provider");
    await expect(member.budgets.get({ params: { kind: "alias", id: alias.id } })).rejects.toMatchObject({
      status: 404,
    });

    for (const downgrade of ["plain", "nobody"]) {
      const wrong = {
        budgets: [{ ...budgets[0], period: "month" as const, amount_usd: "1", downgrade_to: downgrade }],
      };
      await expect(plane.admin.providers.update({ params: { id: provider.id }, body: wrong })).rejects.toMatchObject({
        status: 400,
      });
    }
    const itself = [{ period: "day" as const, amount_usd: "1", downgrade_to: "smart" }];
    await expect(
      plane.admin.aliases.update({ params: { id: alias.id }, body: { budgets: itself } }),
    ).rejects.toMatchObject({ status: 400 });
    const { data } = await plane.admin.audit.list({ query: { limit: 50 } });
    const told = data.find(({ action }) => action === "alias.changed");
    expect(JSON.stringify(told)).toContain("requests_per_minute");
    expect(JSON.stringify(told)).toContain("500");
    for (const name of ["smart", "plain"]) {
      const found = (await plane.admin.aliases.list()).data.find((row) => row.name === name);
      await plane.admin.aliases.remove({ params: { id: found?.id ?? "" } });
    }
    await plane.admin.providers.remove({ params: { id: provider.id } });
  });
});
