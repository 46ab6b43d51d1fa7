// Counters in shared memory: what they count is what counters of one process count, whoever counts it and whoever ends meanwhile,
// and what they hold of scopes has bounds.

import { isDeepStrictEqual } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { GhostError } from "@ghostllm/contract";
import { ScopeMap } from "#domain/access/scope.ts";
import type { LimitedScope, RateLimits } from "#domain/principal.ts";
import type { Reservation, ReservationRequest } from "#link/counters.ts";
import { MemoryCounters } from "#link/memory/counters.ts";
import { createSharedMemory } from "#link/shared/layout.ts";
import type { SharedSize } from "#link/shared/layout.ts";
import { SharedCounters } from "#link/shared/shared-counters.ts";
import { SharedLease } from "#link/shared/shared-lease.ts";
import { makeScope } from "./support/gateway.ts";
import { hello, readError, startStage, TestClock } from "./support/stage.ts";

const minute = 60_000;
const hour = 60 * minute;

function limited(id: string, limits: Partial<RateLimits> = {}, budgetNanos: number | null = null): LimitedScope {
  const { limits: none } = makeScope("key", id);
  return makeScope("key", id, { limits: { ...none, ...limits }, budgetNanos });
}

const opened: SharedCounters[] = [];
afterEach(() => {
  for (const counters of opened.splice(0)) counters.close();
});

const small: SharedSize = { seats: 4, scopes: 640, activeScopes: 640, rings: [1_280, 64, 32] };

function start(size: Partial<SharedSize> = {}) {
  const clock = new TestClock();
  const memory = createSharedMemory({ ...small, ...size });
  const sit = (seat: number): SharedCounters => {
    const counters = new SharedCounters(memory, clock, seat);
    opened.push(counters);
    return counters;
  };
  return { clock, sit };
}

/** Random numbers that are the same in every run. */
function chance(seed: number): (below: number) => number {
  let state = seed * 104_729;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const of = (scopes: readonly LimitedScope[], change: Partial<ReservationRequest> = {}): ReservationRequest => {
  return { id: "x", scopes, tokens: 0, costNanos: 0, lifetimeMs: hour, ...change };
};

interface Running {
  readonly id: string;
  readonly seat: number;
  readonly tokens: number;
  /** Settled, and not gone. */
  isLeaving: boolean;
}

/** The same life over three seats of shared memory and in one memory. Answers what was told differently. */
class TwoLives {
  readonly admitted: Reservation["admitted"][] = [];
  readonly #below: (below: number) => number;
  readonly #clock: TestClock;
  readonly #model: MemoryCounters;
  readonly #main: SharedCounters;
  readonly #sit: (seat: number) => SharedCounters;
  readonly #seats: SharedCounters[];
  readonly #running: Running[] = [];
  readonly #users: readonly LimitedScope[];
  readonly #keys: readonly LimitedScope[];
  #serial = 0;

  constructor(seed: number) {
    const { clock, sit } = start();
    this.#below = chance(seed);
    this.#clock = clock;
    this.#model = new MemoryCounters(clock);
    [this.#sit, this.#main, this.#seats] = [sit, sit(3), [0, 1, 2].map(sit)];
    this.#users = [limited("u", { requestsPerMinute: 60, concurrentRequests: 9 }, 4_000), limited("v", {}, 1_500)];
    this.#keys = [
      limited("k", { tokensPerMinute: 300 }, 2_500),
      limited("l", {}),
      limited("m", { requestsPerMinute: 9 }),
    ];
  }

  turn(): readonly [unknown, unknown] {
    this.#clock.ms += this.#below(8) === 0 ? this.#below(40_000) : this.#below(900);
    // What each thread does by a timer.
    for (const counters of [...this.#seats, this.#model]) counters.inUse([]);
    const kind = this.#below(100);
    if (kind < 45) return this.#reserve();
    if (kind < 60) return this.#extend();
    if (kind < 85) return this.#settle();
    if (kind < 90) return this.#leave();
    if (kind < 93) return this.#end();
    const scopes = [...this.#users, ...this.#keys, limited("never used")];
    return [this.#main.inUse(scopes), this.#model.inUse(scopes)];
  }

  #reserve() {
    const below = this.#below;
    const seat = below(3);
    const scopes = [this.#keys[below(3)], this.#users[below(2)]].filter((scope) => scope !== undefined);
    const [tokens, costNanos] = [below(40), below(2) * below(400)];
    const lifetimeMs = [2_000, 20_000, hour][below(3)] ?? hour;
    const request = of(scopes, { id: `${(this.#serial += 1)}`, tokens, costNanos, lifetimeMs });
    const told = [this.#seats[seat]?.reserve(request), this.#model.reserve(request)] as const;
    this.admitted.push(told[1].admitted);
    if (told[1].admitted) this.#running.push({ id: request.id, seat, tokens, isLeaving: false });
    return told;
  }

  #any(): Running {
    return this.#running[this.#below(this.#running.length)] ?? { id: "nobody's", seat: 0, tokens: 0, isLeaving: false };
  }

  #extend() {
    const { id, seat } = this.#any();
    const extension = { id, costNanos: this.#below(300) };
    return [this.#seats[seat]?.extend(extension), this.#model.extend(extension)] as const;
  }

  #settle() {
    const running = this.#any();
    const costNanos = this.#below(5) === 0 ? null : this.#below(300);
    const [staysRunning, takesAll] = [this.#below(3) === 0, this.#below(6) === 0];
    const settlement = { id: running.id, tokens: this.#below(60), costNanos, staysRunning, takesAll };
    running.isLeaving ||= staysRunning;
    if (!running.isLeaving) this.#forget(running);
    return [this.#seats[running.seat]?.settle(settlement), this.#model.settle(settlement)] as const;
  }

  #leave() {
    const running = this.#any();
    if (running.isLeaving) this.#forget(running);
    return [this.#seats[running.seat]?.leave(running.id), this.#model.leave(running.id)] as const;
  }

  /** What runs in a thread that ends has cost nobody anything, and whoever sits there next knows nothing of it. */
  #end() {
    const seat = this.#below(3);
    for (const running of this.#running.filter((each) => each.seat === seat)) {
      const { id, tokens } = running;
      this.#model.settle({ id, tokens, costNanos: 0 });
      this.#model.leave(id);
      this.#forget(running);
    }
    this.#main.freeSeat(seat);
    this.#seats[seat]?.close();
    this.#seats[seat] = this.#sit(seat);
    return [null, null] as const;
  }

  #forget(running: Running): void {
    const place = this.#running.indexOf(running);
    if (place >= 0) this.#running.splice(place, 1);
  }
}

describe("counters in shared memory", () => {
  it("tell what those of one process tell, to the figure, whoever counts and whoever ends", () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const lives = new TwoLives(seed);
      for (let turn = 0; turn < 300; turn += 1) {
        const [shared, model] = lives.turn();
        if (!isDeepStrictEqual(shared, model)) expect(shared, `seed ${seed}, turn ${turn}`).toEqual(model);
      }
      expect(new Set(lives.admitted).size, "some are admitted, and some are not").toBe(2);
    }
  });

  it("know scopes by their kind and their whole id, however long it is", () => {
    const counters = start().sit(0);
    const long = "x".repeat(10_000);
    const ids = ["", "a", "b", "ü", "a".repeat(40), "a".repeat(41), long, `${long}y`];
    const scopes = (["key", "user"] as const).flatMap((kind) => ids.map((id) => ({ ...limited(id), kind })));
    for (const [place, scope] of scopes.entries()) {
      for (let turn = 0; turn <= place; turn += 1)
        counters.reserve(of([scope], { id: `${place} ${turn}`, costNanos: 10 }));
    }
    expect(counters.inUse(scopes).map(({ running }) => running)).toEqual(scopes.map((_, place) => place + 1));
  });

  it("forget who has spent nothing and is idle, and nobody who has spent something", () => {
    const { clock, sit } = start();
    const [one, other] = [sit(0), sit(1)];
    const poor = Array.from({ length: 300 }, (_, index) => limited(`poor ${index}`, {}, 10));
    one.open({ spent: new ScopeMap(poor.map((scope) => [scope, 10])) });
    for (let round = 0; round < 100; round += 1) {
      for (let turn = 0; turn < 100; turn += 1) {
        const request = of([limited(`${round} ${turn}`)], { id: `${turn}`, tokens: 3, costNanos: 5 });
        const counters = turn % 2 === 0 ? one : other;
        expect(counters.reserve(request).admitted, `${round} ${turn}`).toBe(true);
        counters.settle({ id: request.id, tokens: 3, costNanos: 0 });
      }
      clock.ms += minute;
    }
    for (const scope of poor) {
      expect(other.reserve(of([scope], { costNanos: 1 }))).toMatchObject({ refusal: { spentNanos: 10 } });
    }
  });

  it.each([
    { what: "scopes", size: { scopes: 64 } },
    { what: "running ones", size: { activeScopes: 63 } },
    { what: "rings", size: { rings: [126, 0, 0] } },
  ])(
    "say that there is no room for more $what, take nothing of anybody then, and have room again later",
    ({ size }) => {
      const { clock, sit } = start(size);
      const counters = sit(0);
      const user = limited("user", {}, 1e6);
      const reserve = (id: string) => counters.reserve(of([user, limited(id)], { id, tokens: 1, costNanos: 10 }));
      const admitted: string[] = [];
      const refused = (): unknown => {
        try {
          for (let turn = 0; turn < 1_000; turn += 1) if (reserve(`${turn}`).admitted) admitted.push(`${turn}`);
        } catch (error) {
          return error;
        }
        return null;
      };
      const error = refused();
      expect(error).toBeInstanceOf(GhostError);
      expect(error).toMatchObject({ code: "service_unavailable", retryAfterSeconds: 60 });
      expect(admitted).toHaveLength(62);
      const of62 = { requests: 62, tokens: 62, running: 62, reservedNanos: 620 };
      expect(counters.inUse([user, limited("62"), limited("0")])).toMatchObject([of62, { running: 0 }, { running: 1 }]);
      for (const id of admitted) counters.settle({ id, tokens: 1, costNanos: 0 });
      clock.ms += minute;
      expect(reserve("later").admitted).toBe(true);
      expect(counters.inUse([user])).toMatchObject([{ requests: 1, running: 1, reservedNanos: 10 }]);
    },
  );

  it("have a request refused with 503 where there is no room, and no vendor is asked", async () => {
    const counters = start({ scopes: 1 }).sit(0);
    const stage = await startStage({ counters });
    const response = await stage.post(hello);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "60"]);
    expect(await readError(response)).toMatchObject({ code: "service_unavailable" });
    expect(stage.upstream.received).toEqual([]);
    await stage.close();
  });

  it("find room for what somebody has spent where no new scope finds any", () => {
    const { clock, sit } = start({ scopes: 640, activeScopes: 640 });
    const counters = sit(0);
    const late = limited("late", {}, 100);
    counters.reserve(of([late], { id: "late", costNanos: 40, lifetimeMs: 1_000 }));
    clock.ms += 2 * minute;
    counters.inUse([late]);
    for (let turn = 0; turn < 640; turn += 1) {
      try {
        counters.reserve(of([limited(`${turn}`)], { id: `${turn}` }));
      } catch {
        break;
      }
    }
    expect(() => counters.reserve(of([limited("one more")]))).toThrow("Try again");
    expect(counters.settle({ id: "late", tokens: 0, costNanos: 70 })).toBe(70);
    clock.ms += 2 * minute;
    expect(counters.reserve(of([late], { costNanos: 31 }))).toMatchObject({ refusal: { spentNanos: 70 } });
  });
});

describe("the lease of the main thread", () => {
  it("holds in all threads until it ends, and is never told longer than it is", () => {
    const main = new SharedLease();
    const worker = new SharedLease(main.memory);
    expect(worker.holds(0)).toBe(false);
    main.holdUntil(10_050);
    expect([worker.holds(9_999), worker.holds(10_050)]).toEqual([true, false]);
    main.holdUntil(Infinity);
    expect(worker.holds(1e15)).toBe(true);
    main.holdUntil(0);
    expect(worker.holds(0)).toBe(false);
  });
});
