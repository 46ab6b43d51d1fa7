import { describe, expect, it } from "vitest";
import { ScopeMap } from "#domain/access/scope.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import type { LimitedScope, RateLimits } from "#domain/principal.ts";
import type { Refusal, Reservation } from "./counters.ts";
import { MemoryCounters } from "./memory.ts";

const start = Date.UTC(2026, 0, 1);
const minute = 60_000;

function scope(
  kind: ScopeKind,
  id: string,
  limits: Partial<RateLimits> = {},
  budgetNanos: number | null = null,
): LimitedScope {
  return {
    kind,
    id,
    limits: { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null, ...limits },
    budgetNanos,
  };
}

interface Wish {
  readonly scopes: readonly LimitedScope[];
  readonly tokens?: number;
  readonly costNanos?: number;
  readonly now?: number;
}

let serial = 0;

function reserve(
  counters: MemoryCounters,
  { scopes, tokens = 0, costNanos = 0, now = start }: Wish,
): Reservation & { id: string } {
  const id = `request-${(serial += 1)}`;
  return { id, ...counters.reserve({ id, scopes, tokens, costNanos, now, expiresAt: now + minute }) };
}

const refusalOf = (reservation: Reservation): Refusal | null => (reservation.admitted ? null : reservation.refusal);

describe("MemoryCounters", () => {
  it("refuses by the longest of the waits, whichever scope it is from", () => {
    const counters = new MemoryCounters();
    const key = scope("key", "a", { requestsPerMinute: 1 });
    const user = scope("user", "a", { tokensPerMinute: 100 });
    reserve(counters, { scopes: [key], now: start });
    reserve(counters, { scopes: [user], tokens: 100, now: start + 50_000 });
    const refused = refusalOf(reserve(counters, { scopes: [key, user], tokens: 50, now: start + 50_000 }));
    expect(refused).toMatchObject({ scope: { kind: "user", id: "a" }, reason: "tokens" });
    const wait = (refused?.retryAfterSeconds ?? 0) * 1000;
    expect(reserve(counters, { scopes: [key, user], tokens: 50, now: start + 50_000 + wait }).admitted).toBe(true);
  });

  it("says that waiting does not help where that is so, whatever else could be waited for", () => {
    const counters = new MemoryCounters();
    const scopes = [scope("key", "a", { requestsPerMinute: 1 }), scope("user", "a", {}, 10)];
    reserve(counters, { scopes });
    expect(refusalOf(reserve(counters, { scopes, costNanos: 11 }))).toMatchObject({
      reason: "budget",
      retryAfterSeconds: null,
    });
  });

  it("takes nothing when it refuses", () => {
    const counters = new MemoryCounters();
    const open = scope("key", "a", { requestsPerMinute: 5, tokensPerMinute: 100, concurrentRequests: 2 }, 100);
    const shut = scope("user", "a", { concurrentRequests: 0 });
    const before = reserve(counters, { scopes: [open] }).report;
    for (let turn = 0; turn < 50; turn += 1) {
      expect(reserve(counters, { scopes: [open, shut], tokens: 100, costNanos: 100 }).admitted).toBe(false);
    }
    const after = reserve(counters, { scopes: [open], tokens: 100, costNanos: 100 });
    expect(after.admitted).toBe(true);
    expect(after.report.requests?.remaining).toBe((before.requests?.remaining ?? 0) - 1);
  });

  it("reports the tightest limit of each kind", () => {
    const counters = new MemoryCounters();
    const scopes = [
      scope("key", "a", { requestsPerMinute: 5 }),
      scope("user", "a", { requestsPerMinute: 3, tokensPerMinute: 50 }),
    ];
    expect(reserve(counters, { scopes, tokens: 20 }).report).toEqual({
      requests: { limit: 3, remaining: 2, resetSeconds: 60 },
      tokens: { limit: 50, remaining: 30, resetSeconds: 60 },
    });
  });

  it("settles once, and does not know what it never reserved", () => {
    const counters = new MemoryCounters();
    const scopes = [scope("key", "a", { concurrentRequests: 1 }, 100)];
    const { id } = reserve(counters, { scopes, costNanos: 100 });
    for (let turn = 0; turn < 3; turn += 1) counters.settle({ id, tokens: 0, costNanos: 40, now: start });
    counters.settle({ id: "nobody's", tokens: 5, costNanos: 1000, now: start });
    expect(reserve(counters, { scopes, costNanos: 61 }).admitted).toBe(false);
    expect(reserve(counters, { scopes, costNanos: 60 }).admitted).toBe(true);
  });

  it("charges what was reserved for an unknown cost", () => {
    const counters = new MemoryCounters();
    const scopes = [scope("key", "a", {}, 100)];
    const { id } = reserve(counters, { scopes, costNanos: 60 });
    expect(counters.settle({ id, tokens: 0, costNanos: null, now: start })).toBe(60);
    expect(reserve(counters, { scopes, costNanos: 41 }).admitted).toBe(false);
    expect(reserve(counters, { scopes, costNanos: 40 }).admitted).toBe(true);
  });

  it("keeps the model of itself that a plain book of accounts gives, over random lives of requests", () => {
    for (let seed = 1; seed <= 150; seed += 1) expect(runAgainstBook(seed)).toBeGreaterThan(10);
  });
});

interface Entry {
  readonly id: string;
  readonly scopes: readonly LimitedScope[];
  readonly costNanos: number;
  readonly expiresAt: number;
  released: boolean;
}

/** Budgets and concurrency as sums over lists: slow, and plainly right. Answers how many requests were admitted. */
function runAgainstBook(seed: number): number {
  let state = seed * 31_337;
  const below = (limit: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  const counters = new MemoryCounters();
  const scopes = [
    scope("key", "a", { concurrentRequests: 4 }, 1000),
    scope("key", "b", {}, 500),
    scope("user", "a", { concurrentRequests: 6 }, 1200),
  ];
  const entries: Entry[] = [];
  const spent = new ScopeMap<number>();
  let admitted = 0;
  let now = start;
  const held = (scope: LimitedScope): Entry[] =>
    entries.filter((entry) => !entry.released && entry.scopes.includes(scope));
  const reserved = (one: LimitedScope): number => held(one).reduce((sum, { costNanos }) => sum + costNanos, 0);

  for (let turn = 0; turn < 120; turn += 1) {
    now += below(5_000);
    const action = below(10);
    if (action < 6) {
      const chosen = below(2) === 0 ? [scopes[0], scopes[2]] : [scopes[1], scopes[2]];
      const wanted = chosen.filter((one) => one !== undefined);
      const costNanos = below(200);
      const expected = wanted.every((one) => {
        const isFree =
          costNanos === 0 || (spent.get(one) ?? 0) + reserved(one) + costNanos <= (one.budgetNanos ?? Infinity);
        return isFree && held(one).length < (one.limits.concurrentRequests ?? Infinity);
      });
      const reservation = reserve(counters, { scopes: wanted, costNanos, now });
      expect(reservation.admitted, `seed ${seed}, turn ${turn}`).toBe(expected);
      admitted += expected ? 1 : 0;
      if (expected)
        entries.push({ id: reservation.id, scopes: wanted, costNanos, expiresAt: now + minute, released: false });
    } else if (action < 9) {
      const [entry] = entries.splice(below(Math.max(1, entries.length)), 1);
      if (entry === undefined) continue;
      // Mostly less than was reserved, at times more: an estimate that was wrong.
      const costNanos = below(entry.costNanos + 5);
      counters.settle({ id: entry.id, tokens: 0, costNanos, now });
      for (const one of entry.scopes) spent.set(one, (spent.get(one) ?? 0) + costNanos);
    } else {
      const expiring = entries.filter((entry) => !entry.released && entry.expiresAt <= now);
      for (const entry of expiring) entry.released = true;
      expect(counters.sweep(now)).toBe(expiring.length);
    }
  }
  return admitted;
}
