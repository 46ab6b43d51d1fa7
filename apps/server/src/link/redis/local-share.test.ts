// What an instance lets in by itself while Redis does not answer: never more than a budget has left by what Redis has told it and by what
// it has done since, and all of that where it is alone.

import { beforeEach, describe, expect, it } from "vitest";
import type { Counted } from "#domain/access/scope.ts";
import type { CountedScope, ReservationRequest } from "#link/counters.ts";
import { LocalShare } from "./local-share.ts";

const budget = 1_000;
const noLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };
const key: CountedScope = { kind: "key", id: "a", limits: noLimits, budgetNanos: budget };

let now = 0;
let instances = 1;
let stored: number;
/** What this instance alone knows, and what of that the database has. */
let own: { nanos: number; storedNanos: number };
let serial = 0;

function start(): LocalShare {
  return new LocalShare({
    clock: { now: () => now, monotonic: () => now },
    whenAway: { limits: "local", budgets: "local" },
    readSpent: async (scopes: readonly Counted[]) => scopes.map(() => stored),
    instances: () => instances,
    instance: "me",
    ownOf: () => own,
  });
}

const request = (costNanos: number): ReservationRequest => {
  return { id: `${(serial += 1)}`, scopes: [key], tokens: 0, costNanos, lifetimeMs: 60_000 };
};

async function admits(share: LocalShare, costNanos: number): Promise<boolean> {
  return (await share.reserve(request(costNanos))).admitted;
}

/** Redis has admitted one for so much, and told what there is then. */
function admitted(share: LocalShare, costNanos: number, told: { spent?: number; others?: number } = {}) {
  const wish = request(costNanos);
  const { spent = 0, others = 0 } = told;
  share.saw(key, { spentNanos: spent, reservedNanos: others + costNanos, allowanceNanos: budget, told: "" });
  share.count(wish);
  return wish;
}

function settle(share: LocalShare, { id, costNanos }: ReservationRequest, chargedNanos: number): void {
  own = { ...own, nanos: own.nanos + chargedNanos };
  share.settle({ id, tokens: 0, costNanos: chargedNanos }, [key], chargedNanos, costNanos);
}

describe("the share of an instance", () => {
  beforeEach(() => {
    [now, instances, stored] = [1_000_000, 1, 0];
    own = { nanos: 0, storedNanos: 0 };
  });

  it("knows of what Redis has granted beside what it was last seen to have reserved", async () => {
    const share = start();
    const running = admitted(share, 100, { others: 50 });
    share.extend({ id: running.id, costNanos: 500 });
    share.reserveMore(running.scopes, 500);
    expect(await admits(share, 351)).toBe(false);
    expect(await admits(share, 350)).toBe(true);
  });

  it("knows of what has cost more than was reserved for it, and of what has cost less", async () => {
    for (const [charged, left] of [
      [150, 850],
      [20, 980],
    ] as const) {
      own = { nanos: 0, storedNanos: 0 };
      const share = start();
      settle(share, admitted(share, 100), charged);
      expect(await admits(share, left + 1)).toBe(false);
      expect(await admits(share, left)).toBe(true);
    }
  });

  it("takes what it has reserved for nothing more when the database has it as spent", async () => {
    const share = start();
    settle(share, admitted(share, 300), 300);
    [stored, own] = [300, { nanos: 300, storedNanos: 300 }];
    now += 3_000;
    expect(await admits(share, 701)).toBe(false);
    expect(await admits(share, 700)).toBe(true);
  });

  it("counts what it has answered and the database does not have yet", async () => {
    const share = start();
    settle(share, admitted(share, 300), 300);
    now += 3_000;
    expect(await admits(share, 701)).toBe(false);
    expect(await admits(share, 700)).toBe(true);
  });

  it("is a part of what is left, where there are others, whose reservations it leaves alone", async () => {
    instances = 2;
    const share = start();
    const running = admitted(share, 100, { others: 300, spent: 100 });
    settle(share, running, 60);
    expect(await admits(share, 271)).toBe(false);
    expect(await admits(share, 270)).toBe(true);
  });

  it("lets nobody in beyond a budget over random lives, whatever Redis is seen to know", async () => {
    let letIn = 0;
    for (let seed = 1; seed <= 60; seed += 1) letIn += await live(seed);
    expect(letIn).toBeGreaterThan(50);
  });
});

/** One instance: Redis decides exactly, and does not answer now and then. Answers how many were let in without it. */
async function live(seed: number): Promise<number> {
  let state = seed * 15_485_863;
  const below = (most: number): number => (state = (state * 48_271) % 2_147_483_647) % most;
  own = { nanos: 0, storedNanos: 0 };
  const share = start();
  const held = new Map<ReservationRequest, number>();
  /** What was admitted here is told to it with the next decision. */
  const known = new Set<ReservationRequest>();
  let [spent, letIn] = [0, 0];
  const reserved = (): number => [...held.values()].reduce((sum, nanos) => sum + nanos, 0);
  for (let turn = 0; turn < 60; turn += 1) {
    const wish = request(1 + below(200));
    const fits = wish.costNanos <= budget - spent - reserved();
    if (below(4) === 0) {
      // Asked by itself: what is left, and not a nano more.
      const { admitted: isIn } = await share.reserve(wish);
      expect(isIn && !fits, `seed ${seed}, turn ${turn}`).toBe(false);
      if (isIn) held.set(wish, wish.costNanos);
      if (isIn) letIn += 1;
    } else {
      if (fits) held.set(wish, wish.costNanos);
      for (const [one] of held) known.add(one);
      share.saw(key, {
        ...{ spentNanos: spent, reservedNanos: reserved(), allowanceNanos: budget },
        told: own.nanos === 0 ? "" : `me=${turn}:${own.nanos} other=3:0`,
      });
      if (fits) share.count(wish);
    }
    const [one] = [...held].slice(below(held.size + 1));
    if (one === undefined) continue;
    const more = Math.min(below(120), budget - spent - reserved());
    if (below(2) === 0 && more > 0) {
      const granted = share.extend({ id: one[0].id, costNanos: more });
      if (known.has(one[0])) share.reserveMore([key], granted);
      held.set(one[0], one[1] + granted);
    } else {
      held.delete(one[0]);
      const charged = below(one[1] + 30);
      spent += charged;
      own = { ...own, nanos: own.nanos + charged };
      share.settle({ id: one[0].id, tokens: 0, costNanos: charged }, [key], charged, known.has(one[0]) ? one[1] : 0);
    }
  }
  return letIn;
}
