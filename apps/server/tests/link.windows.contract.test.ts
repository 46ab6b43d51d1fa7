// Several windows at once, limits of cost, and budgets over periods, as every engine of link has to count them.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScopeMap } from "#domain/access/scope.ts";
import type { RateLimits } from "#domain/principal.ts";
import { windowsOf } from "#link/counted-scopes.ts";
import type { CountedScope, Counters, Refusal, Reservation } from "#link/counters.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";
import { makeScope } from "./support/gateway.ts";

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** All that a key with these limits is counted by. */
function counted(limits: Partial<RateLimits>, id = "a"): readonly CountedScope[] {
  const scope = makeScope("key", id);
  const limited = { ...scope, limits: { ...scope.limits, ...limits } };
  return [limited, ...windowsOf(limited)];
}

function period(name: string, budgetNanos: number | null, change: Partial<CountedScope> = {}): CountedScope {
  return { ...makeScope("key", "a", { budgetNanos }), period: `${name}/b`, ...change };
}

const refusalOf = (reservation: Reservation): Refusal | null => (reservation.admitted ? null : reservation.refusal);

let serial = 0;

describe.each(linkEngines)("windows and periods ($name)", ({ name: engine, start }) => {
  let started: StartedLink;
  let counters: Counters;

  beforeEach(async () => {
    started = await start();
    ({ counters } = started.link);
  });

  afterEach(() => started.close());

  interface Wish {
    readonly tokens?: number;
    readonly costNanos?: number;
  }

  async function reserve(scopes: readonly CountedScope[], { tokens = 0, costNanos = 0 }: Wish = {}) {
    const id = `request-${(serial += 1)}`;
    return { id, ...(await counters.reserve({ id, scopes, tokens, costNanos, lifetimeMs: 10 * minute })) };
  }

  /** Reserved and settled for as much. */
  async function spend(scopes: readonly CountedScope[], costNanos: number): Promise<void> {
    const { id, admitted } = await reserve(scopes, { costNanos });
    expect(admitted).toBe(true);
    await counters.settle({ id, tokens: 0, costNanos });
  }

  it("count minute, hour and day beside each other, and name the one that refuses", async () => {
    const scopes = counted({ requestsPerMinute: 2, requestsPerHour: 3, requestsPerDay: 4 });
    for (let turn = 0; turn < 2; turn += 1) expect((await reserve(scopes)).admitted).toBe(true);
    expect(refusalOf(await reserve(scopes))).toMatchObject({ reason: "requests", windowMs: minute, limit: 2 });
    await started.advance(minute);
    expect((await reserve(scopes)).admitted).toBe(true);
    const refused = refusalOf(await reserve(scopes));
    expect(refused).toMatchObject({ windowMs: hour, limit: 3, retryAfterSeconds: 3540 });
    await started.advance(3_540_000);
    expect((await reserve(scopes)).admitted).toBe(true);
    // Now the day is full: the first two leave it together.
    expect(refusalOf(await reserve(scopes))).toMatchObject({ windowMs: day, limit: 4, retryAfterSeconds: 82_800 });
    await started.advance(82_800_000);
    for (let turn = 0; turn < 2; turn += 1) expect((await reserve(scopes)).admitted).toBe(true);
    expect((await reserve(scopes)).admitted).toBe(false);
  });

  it("report what is left of the tightest window", async () => {
    const scopes = counted({ requestsPerMinute: 10, requestsPerDay: 3, tokensPerMinute: 50, tokensPerHour: 1_000 });
    const { report } = await reserve(scopes, { tokens: 20 });
    expect(report).toEqual({
      requests: { limit: 3, remaining: 2, resetSeconds: 86_400 },
      tokens: { limit: 50, remaining: 30, resetSeconds: 60 },
    });
  });

  it("correct tokens in the hour in which the request was admitted", async () => {
    const scopes = counted({ tokensPerHour: 100 });
    const { id } = await reserve(scopes, { tokens: 10 });
    await started.advance(5 * minute);
    await counters.settle({ id, tokens: 80, costNanos: 0 });
    expect(refusalOf(await reserve(scopes, { tokens: 21 }))).toMatchObject({ retryAfterSeconds: 55 * 60 });
    expect((await reserve(scopes, { tokens: 20 })).admitted).toBe(true);
    await started.advance(55 * minute);
    expect((await reserve(scopes, { tokens: 80 })).admitted).toBe(true);
  });

  it("limit cost: the most is counted first, and corrected to what it was", async () => {
    const scopes = counted({ costNanosPerMinute: 100, costNanosPerHour: 150 });
    const first = await reserve(scopes, { costNanos: 80 });
    expect(refusalOf(await reserve(scopes, { costNanos: 21 }))).toMatchObject({ reason: "cost", windowMs: minute });
    await counters.settle({ id: first.id, tokens: 0, costNanos: 30 });
    const second = await reserve(scopes, { costNanos: 70 });
    expect(second.admitted).toBe(true);
    // What costs nothing may go on.
    expect((await reserve(scopes)).admitted).toBe(true);
    await counters.settle({ id: second.id, tokens: 0, costNanos: 75 });
    await started.advance(minute);
    expect(refusalOf(await reserve(scopes, { costNanos: 46 }))).toMatchObject({ reason: "cost", windowMs: hour });
    expect(refusalOf(await reserve(scopes, { costNanos: 151 }))).toMatchObject({ retryAfterSeconds: null });
    expect((await reserve(scopes, { costNanos: 45 })).admitted).toBe(true);
  });

  it("grant no more to one that costs more than a limit of cost has left", async () => {
    const scopes = counted({ costNanosPerHour: 100 });
    const { id } = await reserve(scopes, { costNanos: 60 });
    expect(await counters.extend({ id, costNanos: 50 })).toBe(40);
    expect(await counters.extend({ id, costNanos: 50 })).toBe(0);
    expect((await reserve(scopes, { costNanos: 1 })).admitted).toBe(false);
    await counters.settle({ id, tokens: 0, costNanos: null });
    expect((await reserve(scopes, { costNanos: 1 })).admitted).toBe(false);
    await started.advance(hour);
    expect((await reserve(scopes, { costNanos: 100 })).admitted).toBe(true);
  });

  it("hold a request to the period in which it was admitted, however late it ends", async () => {
    const [first, second] = [period("2026-11-30", 100), period("2026-12-01", 100)];
    const { id } = await reserve([first], { costNanos: 60 });
    expect((await reserve([second], { costNanos: 100 })).admitted).toBe(true);
    await counters.settle({ id, tokens: 0, costNanos: 90 });
    expect((await reserve([second], { costNanos: 1 })).admitted).toBe(false);
    expect((await reserve([first], { costNanos: 11 })).admitted).toBe(false);
    expect((await reserve([first], { costNanos: 10 })).admitted).toBe(true);
  });

  it("take what was spent on earlier days from a budget over several", async () => {
    const days = ["2026-11-28", "2026-11-29"].map((name) => period(name, null));
    for (const [place, one] of days.entries()) await spend([one], [30, 25][place] ?? 0);
    const today = period("2026-11-30", 100, {
      earlier: days.map(({ kind, id, period: name }) => ({ kind, id, period: name })),
    });
    expect(refusalOf(await reserve([today], { costNanos: 46 }))).toMatchObject({
      ...{ reason: "budget", limit: 100, spentNanos: 55, retryAfterSeconds: null },
    });
    const held = await reserve([today], { costNanos: 40 });
    expect(await counters.extend({ id: held.id, costNanos: 9 })).toBe(5);
    // One of yesterday is still running: it holds its part.
    await counters.settle({ id: held.id, tokens: 0, costNanos: 0 });
    const late = await reserve(days.slice(1), { costNanos: 20 });
    expect(refusalOf(await reserve([today], { costNanos: 26 }))).toMatchObject({ limit: 100 });
    await counters.settle({ id: late.id, tokens: 0, costNanos: 0 });
    expect((await reserve([today], { costNanos: 45 })).admitted).toBe(true);
  });

  it("add what was left of the last period, and no more of it than is said", async () => {
    const last = period("2026-10-01", 100);
    await spend([last], 70);
    const earlier = [{ kind: last.kind, id: last.id, period: "2026-10-01/b" }];
    const of = (mostNanos: number) => period("2026-11-01", 100, { earlier, rollover: { budgetNanos: 100, mostNanos } });
    expect(refusalOf(await reserve([of(20)], { costNanos: 121 }))).toMatchObject({ limit: 120, spentNanos: 0 });
    expect(refusalOf(await reserve([of(50)], { costNanos: 131 }))).toMatchObject({ limit: 130, spentNanos: 0 });
    // What still runs of the last one is not left over.
    const running = await reserve([last], { costNanos: 10 });
    expect((await reserve([of(50)], { costNanos: 121 })).admitted).toBe(false);
    await counters.settle({ id: running.id, tokens: 0, costNanos: 0 });
    expect((await reserve([of(50)], { costNanos: 130 })).admitted).toBe(true);
  });

  it("know what was spent in a period before they began", async () => {
    const [today, before] = [period("2026-11-30", 100), { kind: "key", id: "a", period: "2026-11-29/b" } as const];
    const spent = new ScopeMap<number>([
      [before, 30],
      [{ kind: "key", id: "a", period: today.period }, 25],
    ]);
    await started.link.open({ spent, objects: [] });
    const over = period("2026-11-30", 100, { earlier: [before] });
    expect(refusalOf(await reserve([over], { costNanos: 46 }))).toMatchObject({ limit: 100, spentNanos: 55 });
    expect((await reserve([over], { costNanos: 45 })).admitted).toBe(true);
    expect((await reserve([makeScope("key", "a", { budgetNanos: 10 })], { costNanos: 10 })).admitted).toBe(true);
  });

  it("know what was counted in longer windows before they began, where nobody else has counted it", async () => {
    const scopes = counted({ requestsPerHour: 3, costNanosPerHour: 100 });
    const window = scopes.flatMap((scope) =>
      scope.windowMs === undefined ? [] : [{ ...scope, windowMs: scope.windowMs }],
    );
    const before = window.flatMap((scope) => [
      { scope, agoMs: 50 * minute, requests: 1, tokens: 5, costNanos: 60 },
      { scope, agoMs: 10 * minute, requests: 1, tokens: 5, costNanos: 10 },
    ]);
    await started.link.open({ spent: new ScopeMap(), objects: [], counted: before });
    // Redis has them, and outlives the processes that count by it.
    const isEmpty = engine.startsWith("redis");
    expect(await counters.inUse(window)).toMatchObject([isEmpty ? { requests: 0 } : { requests: 2, costNanos: 70 }]);
    if (isEmpty) return;
    expect(refusalOf(await reserve(scopes, { costNanos: 31 }))).toMatchObject({
      reason: "cost",
      retryAfterSeconds: 600,
    });
    expect((await reserve(scopes)).admitted).toBe(true);
    expect(refusalOf(await reserve(scopes))).toMatchObject({ reason: "requests", retryAfterSeconds: 600 });
    await started.advance(10 * minute);
    expect((await reserve(scopes, { costNanos: 90 })).admitted).toBe(true);
  });

  it("tell what is in use of windows and periods", async () => {
    const scopes = [...counted({ requestsPerHour: 9, costNanosPerHour: 1_000 }), period("2026-11-30", 500)];
    const { id } = await reserve(scopes, { tokens: 7, costNanos: 40 });
    await started.advance(2 * minute);
    const [, window, today] = await counters.inUse(scopes);
    expect(window).toMatchObject({ requests: 1, tokens: 7, costNanos: 40 });
    expect(today).toMatchObject({ requests: 0, running: 1, reservedNanos: 40, spentNanos: 0 });
    await counters.settle({ id, tokens: 7, costNanos: 25 });
    const [, windowThen, todayThen] = await counters.inUse(scopes);
    expect(windowThen).toMatchObject({ requests: 1, costNanos: 25 });
    expect(todayThen).toMatchObject({ running: 0, reservedNanos: 0, spentNanos: 25 });
  });
});
