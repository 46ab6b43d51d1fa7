// Limits and budgets, as every engine of link has to count them.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScopeMap } from "#domain/access/scope.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import type { LimitedScope, RateLimits } from "#domain/principal.ts";
import type { Counters, Refusal, Reservation } from "#link/counters.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";
import { makeScope } from "./support/gateway.ts";

const minute = 60_000;

function scope(
  kind: ScopeKind,
  id: string,
  limits: Partial<RateLimits> = {},
  budgetNanos: number | null = null,
): LimitedScope {
  const { limits: none } = makeScope(kind, id);
  return makeScope(kind, id, { limits: { ...none, ...limits }, budgetNanos });
}

interface Wish {
  readonly scopes: readonly LimitedScope[];
  readonly tokens?: number;
  readonly costNanos?: number;
  readonly lifetimeMs?: number;
}

let serial = 0;

async function reserve(
  counters: Counters,
  { scopes, tokens = 0, costNanos = 0, lifetimeMs = minute }: Wish,
): Promise<Reservation & { readonly id: string }> {
  const id = `request-${(serial += 1)}`;
  return { id, ...(await counters.reserve({ id, scopes, tokens, costNanos, lifetimeMs })) };
}

const refusalOf = (reservation: Reservation): Refusal | null => (reservation.admitted ? null : reservation.refusal);

describe.each(linkEngines)("counters ($name)", ({ start, isRemote = false }) => {
  let started: StartedLink;
  let counters: Counters;

  beforeEach(async () => {
    started = await start();
    ({ counters } = started.link);
  });

  afterEach(() => started.close());

  it("count what was spent elsewhere beside what was spent here", async () => {
    const [key, user] = [scope("key", "moved", {}, 1_000), scope("user", "moved", {}, 5_000)];
    const { id } = await reserve(counters, { scopes: [key, user], costNanos: 100 });
    await counters.settle({ id, tokens: 0, costNanos: 100 });
    const add = async (nanos: number) => started.link.addSpent(new ScopeMap([[{ kind: "key", id: "moved" }, nanos]]));
    await add(850);
    expect(refusalOf(await reserve(counters, { scopes: [key, user], costNanos: 51 }))).toMatchObject({
      reason: "budget",
      spentNanos: 950,
    });
    expect((await reserve(counters, { scopes: [key, user], costNanos: 50 })).admitted).toBe(true);
    await add(7);
    const uses = await counters.inUse([key, user]);
    expect(uses.map(({ spentNanos }) => spentNanos)).toEqual([957, 100]);
  });

  it("decide without taking anything, where somebody only looks", async () => {
    const key = scope("key", "a", { requestsPerMinute: 1, concurrentRequests: 1 }, 1_000);
    const look = () =>
      counters.reserve({ id: "looks", scopes: [key], tokens: 5, costNanos: 900, lifetimeMs: minute, onlyLooks: true });
    for (let turn = 0; turn < 3; turn += 1)
      expect(await look()).toMatchObject({
        admitted: true,
        consulted: [...[0, 0, 1, 1], ...[0, 3, 1, 1], ...[0, 4, 1_000, 1_000]],
      });
    const { id, admitted } = await reserve(counters, { scopes: [key], tokens: 5, costNanos: 900 });
    expect(admitted).toBe(true);
    expect(await look()).toMatchObject({
      admitted: false,
      consulted: [...[0, 0, 1, 0], ...[0, 3, 1, 0], ...[0, 4, 1_000, 100]],
    });
    await counters.settle({ id, tokens: 5, costNanos: 10 });
    const [use] = await counters.inUse([key]);
    expect(use).toMatchObject({ requests: 1, running: 0, reservedNanos: 0 });
  });

  it("say what was left of every limit and budget before, of those that refuse as well", async () => {
    const key = scope("key", "a", { requestsPerMinute: 3, tokensPerMinute: 100 }, 1_000);
    const team = scope("team", "t", { concurrentRequests: 1, costNanosPerMinute: 5_000 });
    const scopes = [key, scope("user", "u"), team];
    const all = { scopes, tokens: 40, costNanos: 300 };
    const first = [...[0, 0, 3, 3], ...[0, 1, 100, 100], ...[0, 4, 1_000, 1_000], ...[2, 2, 5_000, 5_000]];
    expect(await reserve(counters, all)).toMatchObject({ admitted: true, consulted: [...first, ...[2, 3, 1, 1]] });
    const second = [...[0, 0, 3, 2], ...[0, 1, 100, 60], ...[0, 4, 1_000, 700], ...[2, 2, 5_000, 4_700]];
    expect(await reserve(counters, all)).toMatchObject({ admitted: false, consulted: [...second, ...[2, 3, 1, 0]] });
    expect(await reserve(counters, { scopes: [scope("user", "u")] })).toMatchObject({ consulted: [] });
  });

  it("refuse by the longest of the waits, whichever scope it is from", async () => {
    const key = scope("key", "a", { requestsPerMinute: 1 });
    const user = scope("user", "a", { tokensPerMinute: 100 });
    await reserve(counters, { scopes: [key] });
    await started.advance(50_000);
    await reserve(counters, { scopes: [user], tokens: 100 });
    const refused = refusalOf(await reserve(counters, { scopes: [key, user], tokens: 50 }));
    expect(refused).toMatchObject({ scope: { kind: "user", id: "a" }, reason: "tokens" });
    await started.advance((refused?.retryAfterSeconds ?? 0) * 1000);
    expect((await reserve(counters, { scopes: [key, user], tokens: 50 })).admitted).toBe(true);
  });

  it("say that waiting does not help where that is so, whatever else could be waited for", async () => {
    const scopes = [scope("key", "a", { requestsPerMinute: 1 }), scope("user", "a", {}, 10)];
    await reserve(counters, { scopes });
    expect(refusalOf(await reserve(counters, { scopes, costNanos: 11 }))).toMatchObject({
      reason: "budget",
      retryAfterSeconds: null,
    });
  });

  it("tell what is in use of each scope, and count nothing by that", async () => {
    const [key, user] = [scope("key", "a", {}, 1000), scope("user", "b")];
    const first = await reserve(counters, { scopes: [key, user], tokens: 70, costNanos: 300 });
    await reserve(counters, { scopes: [key], tokens: 5, costNanos: 20, lifetimeMs: 2 * minute });
    const inUse = () => counters.inUse([user, key, scope("key", "never seen")]);
    const none = { requests: 0, tokens: 0, running: 0, reservedNanos: 0 };
    expect(await inUse()).toMatchObject([
      { requests: 1, tokens: 70, running: 1, reservedNanos: 300 },
      { requests: 2, tokens: 75, running: 2, reservedNanos: 320 },
      none,
    ]);
    await counters.settle({ id: first.id, tokens: 50, costNanos: 100 });
    expect(await inUse()).toMatchObject([
      { requests: 1, tokens: 50, running: 0, reservedNanos: 0 },
      { requests: 2, tokens: 55, running: 1, reservedNanos: 20 },
      none,
    ]);
    await started.advance(2 * minute + 1);
    expect(await inUse()).toMatchObject([none, none, none]);
  });

  it("take nothing when they refuse", async () => {
    const open = scope("key", "a", { requestsPerMinute: 5, tokensPerMinute: 100, concurrentRequests: 2 }, 100);
    const shut = scope("user", "a", { concurrentRequests: 0 });
    const before = (await reserve(counters, { scopes: [open] })).report;
    for (let turn = 0; turn < 50; turn += 1) {
      expect((await reserve(counters, { scopes: [open, shut], tokens: 100, costNanos: 100 })).admitted).toBe(false);
    }
    const after = await reserve(counters, { scopes: [open], tokens: 100, costNanos: 100 });
    expect(after.admitted).toBe(true);
    expect(after.report.requests?.remaining).toBe((before.requests?.remaining ?? 0) - 1);
  });

  it("forget what was counted a minute ago, also when the first to notice was refused", async () => {
    const [open, shut] = [scope("key", "a", { requestsPerMinute: 2 }), scope("user", "a", { concurrentRequests: 0 })];
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await reserve(counters, { scopes: [open], tokens: 9 })).admitted).toBe(true);
      await started.advance(40_000);
    }
    expect((await reserve(counters, { scopes: [open, shut] })).admitted).toBe(false);
    await started.advance(40_000);
    expect(await counters.inUse([open])).toMatchObject([{ requests: 0, tokens: 0 }]);
  });

  it("report the tightest limit of each kind", async () => {
    const scopes = [
      scope("key", "a", { requestsPerMinute: 5 }),
      scope("user", "a", { requestsPerMinute: 3, tokensPerMinute: 50 }),
    ];
    expect((await reserve(counters, { scopes, tokens: 20 })).report).toEqual({
      requests: { limit: 3, remaining: 2, resetSeconds: 60 },
      tokens: { limit: 50, remaining: 30, resetSeconds: 60 },
    });
  });

  it("settle once, and do not know what they never reserved", async () => {
    const scopes = [scope("key", "a", { concurrentRequests: 1 }, 100)];
    const { id } = await reserve(counters, { scopes, costNanos: 100 });
    for (let turn = 0; turn < 3; turn += 1) await counters.settle({ id, tokens: 0, costNanos: 40 });
    await counters.settle({ id: "nobody's", tokens: 5, costNanos: 1000 });
    expect((await reserve(counters, { scopes, costNanos: 61 })).admitted).toBe(false);
    expect((await reserve(counters, { scopes, costNanos: 60 })).admitted).toBe(true);
  });

  it("charge what was reserved for an unknown cost", async () => {
    const scopes = [scope("key", "a", {}, 100)];
    const { id } = await reserve(counters, { scopes, costNanos: 60 });
    expect(await counters.settle({ id, tokens: 0, costNanos: null })).toBe(60);
    expect((await reserve(counters, { scopes, costNanos: 41 })).admitted).toBe(false);
    expect((await reserve(counters, { scopes, costNanos: 40 })).admitted).toBe(true);
  });

  it("count a request as running until it has left, where it is settled before", async () => {
    const scopes = [scope("key", "a", { concurrentRequests: 1 })];
    const { id } = await reserve(counters, { scopes });
    await counters.settle({ id, tokens: 0, costNanos: 0, staysRunning: true });
    expect((await reserve(counters, { scopes })).admitted).toBe(false);
    counters.leave(id);
    counters.leave(id);
    expect((await reserve(counters, { scopes })).admitted).toBe(true);
    expect((await reserve(counters, { scopes })).admitted).toBe(false);
  });

  it("know what was spent before they began", async () => {
    const scopes = [scope("key", "a", {}, 100), scope("user", "a", {}, 1000)];
    const spent = new ScopeMap<number>();
    spent.set({ kind: "key", id: "a" }, 40);
    await started.link.open({ spent, objects: [] });
    expect(refusalOf(await reserve(counters, { scopes, costNanos: 61 }))).toMatchObject({ spentNanos: 40 });
    expect((await reserve(counters, { scopes, costNanos: 60 })).admitted).toBe(true);
  });

  it("give back what nobody settles when its time is over, not before, and charge it should it end after all", async () => {
    const scopes = [scope("key", "a", { concurrentRequests: 1 }, 100)];
    const { id } = await reserve(counters, { scopes, costNanos: 100, lifetimeMs: 1000 });
    await started.advance(999);
    expect((await reserve(counters, { scopes })).admitted).toBe(false);
    await started.advance(1);
    const second = await reserve(counters, { scopes, costNanos: 100 });
    expect(second.admitted).toBe(true);
    expect(await counters.extend({ id, costNanos: 1 })).toBe(0);
    expect(await counters.settle({ id, tokens: 0, costNanos: 40 })).toBe(40);
    await counters.settle({ id: second.id, tokens: 0, costNanos: 0 });
    expect((await reserve(counters, { scopes, costNanos: 61 })).admitted).toBe(false);
    expect((await reserve(counters, { scopes, costNanos: 60 })).admitted).toBe(true);
  });

  it("hold more for one that costs more, as far as all of its scopes have it", async () => {
    const scopes = [scope("key", "a", {}, 1_000), scope("user", "b", {}, 700)];
    const first = await reserve(counters, { scopes, costNanos: 200 });
    const second = await reserve(counters, { scopes, costNanos: 200 });
    expect(await counters.extend({ id: first.id, costNanos: 200 })).toBe(200);
    expect(await counters.extend({ id: second.id, costNanos: 200 })).toBe(100);
    expect(await counters.extend({ id: first.id, costNanos: 200 })).toBe(0);
    expect(await counters.extend({ id: "nobody", costNanos: 200 })).toBe(0);
    expect((await reserve(counters, { scopes, costNanos: 1 })).admitted).toBe(false);
    expect(await counters.settle({ id: first.id, tokens: 0, costNanos: 250 })).toBe(250);
    expect(await counters.settle({ id: second.id, tokens: 0, costNanos: null })).toBe(300);
    expect((await reserve(counters, { scopes, costNanos: 151 })).admitted).toBe(false);
    expect((await reserve(counters, { scopes, costNanos: 150 })).admitted).toBe(true);
  });

  it("count a team and its organisation over all their keys, as scopes of their own, whatever else has their id", async () => {
    const organisation = scope("organisation", "a", {}, 70);
    const [team, other] = [scope("team", "a", { requestsPerMinute: 4 }, 50), scope("team", "b")];
    const key = (id: string) => [scope("key", id), scope("user", "a")];
    const ask = async (id: string, groups: readonly LimitedScope[]) =>
      reserve(counters, { scopes: [...key(id), ...groups], costNanos: 20 });
    const first = await Promise.all(["a", "b", "c"].map((id) => ask(id, [team, organisation])));
    expect(first.filter((one) => one.admitted)).toHaveLength(2);
    expect(first.map(refusalOf).find((one) => one !== null)).toMatchObject({
      reason: "budget",
      scope: { kind: "team" },
    });
    // What one team leaves of the organisation's budget is there for the other.
    expect((await ask("d", [other, organisation])).admitted).toBe(true);
    expect(refusalOf(await ask("d", [other, organisation]))).toMatchObject({ scope: { kind: "organisation" } });
    for (const { id, admitted } of first) if (admitted) await counters.settle({ id, tokens: 0, costNanos: 5 });
    await ask("a", [team, organisation]);
    await ask("b", [team]);
    expect(refusalOf(await ask("c", [team]))).toMatchObject({ reason: "requests", scope: { kind: "team", id: "a" } });
    expect(await counters.inUse([scope("key", "none"), team, organisation])).toMatchObject([
      { requests: 0 },
      { requests: 4 },
      { requests: 4 },
    ]);
  });

  it("let no more in of a hundred that come at once than all of their scopes have room for", async () => {
    const user = scope("user", "a", {}, 500);
    const keys = [scope("key", "a", { concurrentRequests: 20 }), scope("key", "b", { requestsPerMinute: 40 }, 450)];
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, turn) => {
        const key = keys[turn % 2] ?? user;
        return reserve(counters, { scopes: [key, user], costNanos: 10 });
      }),
    );
    const admitted = all.filter((one) => one.admitted);
    // The user's budget is the limit of both, and whoever was refused by it has taken nothing of a key.
    expect(admitted).toHaveLength(50);
    expect(refusalOf(await reserve(counters, { scopes: [user], costNanos: 1 }))).toMatchObject({ reservedNanos: 500 });
    await Promise.all(admitted.map(async ({ id }) => counters.settle({ id, tokens: 0, costNanos: 4 })));
    const rest = await Promise.all(
      Array.from({ length: 100 }, () => reserve(counters, { scopes: [user], costNanos: 30 })),
    );
    expect(rest.filter((one) => one.admitted)).toHaveLength(10);
  });

  it("keep the model of themselves that a plain book of accounts gives, over random lives of requests", async () => {
    for (let seed = 1; seed <= (isRemote ? 25 : 150); seed += 1) {
      const life = await start();
      expect(await runAgainstBook(life, seed)).toBeGreaterThan(10);
      await life.close();
    }
  });
});

interface Entry {
  readonly id: string;
  readonly scopes: readonly LimitedScope[];
  readonly costNanos: number;
  readonly expiresAt: number;
}

/** Budgets and concurrency as sums over lists: slow, and plainly right. */
class Book {
  now = 0;
  readonly entries: Entry[] = [];
  readonly #spent = new ScopeMap<number>();

  admits(scopes: readonly LimitedScope[], costNanos: number): boolean {
    return scopes.every((one) => {
      const held = this.entries.filter((entry) => entry.expiresAt > this.now && entry.scopes.includes(one));
      const reserved = held.reduce((sum, entry) => sum + entry.costNanos, 0);
      const isFree =
        costNanos === 0 || (this.#spent.get(one) ?? 0) + reserved + costNanos <= (one.budgetNanos ?? Infinity);
      return isFree && held.length < (one.limits.concurrentRequests ?? Infinity);
    });
  }

  charge({ scopes }: Entry, costNanos: number): void {
    for (const one of scopes) this.#spent.set(one, (this.#spent.get(one) ?? 0) + costNanos);
  }
}

/** Answers how many requests were admitted. */
async function runAgainstBook({ link: { counters }, advance }: StartedLink, seed: number): Promise<number> {
  let state = seed * 31_337;
  const below = (limit: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  const user = scope("user", "a", { concurrentRequests: 6 }, 1200);
  const keys = [scope("key", "a", { concurrentRequests: 4 }, 1000), scope("key", "b", {}, 500)];
  const book = new Book();
  let admitted = 0;
  for (let turn = 0; turn < 120; turn += 1) {
    const pauseMs = below(5_000);
    await advance(pauseMs);
    book.now += pauseMs;
    if (below(10) < 6) {
      const scopes = [keys[below(2)] ?? user, user];
      const costNanos = below(200);
      const expected = book.admits(scopes, costNanos);
      const reservation = await reserve(counters, { scopes, costNanos });
      expect(reservation.admitted, `seed ${seed}, turn ${turn}`).toBe(expected);
      if (!expected) continue;
      admitted += 1;
      book.entries.push({ id: reservation.id, scopes, costNanos, expiresAt: book.now + minute });
    } else {
      const [entry] = book.entries.splice(below(Math.max(1, book.entries.length)), 1);
      if (entry === undefined) continue;
      // Mostly less than was reserved, at times more: an estimate that was wrong.
      const costNanos = below(entry.costNanos + 5);
      await counters.settle({ id: entry.id, tokens: 0, costNanos });
      book.charge(entry, costNanos);
    }
  }
  return admitted;
}
