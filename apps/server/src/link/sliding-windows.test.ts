import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { workOf } from "../../../../packages/llm/src/testing/work-of.ts";
import { SlidingWindow } from "./memory/window.ts";
import { createSharedMemory } from "./shared/layout.ts";
import { tokensAt } from "./shared/scope-table.ts";
import { SharedMemory } from "./shared/shared-memory.ts";
import { SharedWindow } from "./shared/shared-window.ts";

const start = Date.UTC(2026, 0, 1);
const minute = 60_000;

/** Random numbers that are the same in every run. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** The same as a plain list: slow, and plainly right. */
class ListedWindow {
  readonly entries: { at: number; amount: number }[] = [];

  add(amount: number, at: number): void {
    this.entries.push({ at, amount });
  }

  /** What counts no more is not looked at again; no clock goes back. */
  forget(now: number): void {
    while (this.entries[0] !== undefined && this.entries[0].at + minute <= now) this.entries.shift();
  }

  used(now: number): number {
    return this.entries.reduce((sum, { at, amount }) => (at + minute > now ? sum + amount : sum), 0);
  }

  /** The first millisecond at which `amount` fits. */
  fitsAt(amount: number, limit: number, now: number): number {
    const times = this.entries.map(({ at }) => at + minute).filter((at) => at > now);
    return [now, ...times.toSorted((one, other) => one - other)].find((at) => this.used(at) + amount <= limit) ?? NaN;
  }
}

/** As the shared memory has it, each call a change of its own. */
function startShared(): SlidingWindow {
  const memory = new SharedMemory(createSharedMemory({ seats: 1, scopes: 4, activeScopes: 4, rings: [4, 4, 4] }), 0);
  const slot = memory.change(() => memory.table.create({ kind: "key", id: "a" }));
  const window = new SharedWindow(memory.words, memory.rings);
  window.point(slot, tokensAt, minute);
  return new Proxy(new SlidingWindow(), {
    get:
      (_, name) =>
      (...input: readonly unknown[]) =>
        memory.change(() => Reflect.apply(Reflect.get(window, name), window, input)),
  });
}

const kinds = [
  { name: "SlidingWindow", start: () => new SlidingWindow() },
  { name: "SharedWindow", start: startShared },
];

describe.each(kinds)("$name", ({ start: create }) => {
  it("counts what was added for a minute, and not a millisecond longer", () => {
    const window = create();
    window.add(100, start);
    window.add(1, start + 30_000);
    expect(window.used(start + 59_999)).toBe(101);
    expect(window.used(start + 60_000)).toBe(1);
    expect(window.used(start + 90_000)).toBe(0);
  });

  it("gives back where it was counted, as far as it still counts, and never below zero", () => {
    const window = create();
    window.add(100, start);
    window.add(10, start + 30_000);
    window.giveBack(90, start, start + 31_000);
    expect(window.used(start + 31_000)).toBe(20);
    expect(window.used(start + 60_000)).toBe(10);
    // What it was added to has left: it takes nothing from others.
    window.giveBack(5, start, start + 60_000);
    expect(window.used(start + 60_000)).toBe(10);
    window.giveBack(500, start + 30_000, start + 61_000);
    expect(window.used(start + 61_000)).toBe(0);
    expect(window.secondsUntilEmpty(start + 61_000)).toBe(0);
  });

  it("says null for what never fits, and 0 for what fits now", () => {
    const window = create();
    expect(window.secondsUntilFits(11, 10, start)).toBeNull();
    expect(window.secondsUntilFits(10, 10, start)).toBe(0);
    expect(window.secondsUntilEmpty(start)).toBe(0);
  });

  it("bears a clock that goes back", () => {
    const window = create();
    window.add(5, start);
    window.add(5, start - 10_000);
    expect(window.used(start - 10_000)).toBe(10);
    expect(window.secondsUntilFits(10, 10, start - 10_000)).toBeGreaterThan(0);
    expect(window.used(start + 60_000)).toBe(0);
  });

  it.each([1, 2, 3, 4, 10])("with a limit of %i: the next one waits for the first of a minute to leave it", (limit) => {
    const window = create();
    for (let turn = 0; turn < limit; turn += 1) window.add(1, start + turn * 1000);
    const now = start + limit * 1000;
    expect(window.secondsUntilFits(1, limit, now)).toBe(60 - limit);
    expect(window.secondsUntilEmpty(now)).toBe(59);
  });

  it("agrees with a plain list over random lives: no minute holds more than the limit, and no wait is longer than true", () => {
    let waits = 0;
    const faults: string[] = [];
    for (let seed = 1; seed <= 400; seed += 1) {
      const below = chance(seed * 7919);
      const limit = 1 + below([5, 60, 3000, 1_000_000][seed % 4] ?? 1);
      const largest = seed % 3 === 0 ? 1 : Math.max(1, Math.floor(limit / (1 + below(50))));
      const pauseMs = [50, 900, 25_000][seed % 3] ?? 1;
      // Beyond so many entries in a minute some of them share one.
      const blurMs = 250;
      const window = create();
      const list = new ListedWindow();
      let now = start + below(100_000);
      for (let turn = 0; turn < 250; turn += 1) {
        now += below(pauseMs);
        const amount = 1 + below(largest);
        list.forget(now);
        const truth = list.fitsAt(amount, limit, now);
        const seconds = window.secondsUntilFits(amount, limit, now);
        if (seconds === null) throw new Error("an amount up to the limit always fits at some time");
        if (seconds === 0) {
          if (truth !== now) faults.push(`seed ${seed}, turn ${turn}: it fits at ${truth - now} ms`);
          window.add(amount, now);
          list.entries.push({ at: now, amount });
          continue;
        }
        waits += 1;
        const most = Math.min(60, Math.max(1, Math.ceil((truth + blurMs - now) / 1000)));
        if (now + seconds * 1000 < truth || seconds > most) faults.push(`seed ${seed}, turn ${turn}: ${seconds} s`);
        if (below(2) === 0) now += seconds * 1000;
      }
    }
    expect(faults).toEqual([]);
    expect(waits).toBeGreaterThan(1000);
  });

  it("is exact to the millisecond while a minute holds no more than 64 entries", () => {
    const window = create();
    for (let turn = 0; turn < 64; turn += 1) window.add(1, start + turn);
    for (let turn = 0; turn < 64; turn += 1) expect(window.used(start + minute + turn)).toBe(63 - turn);
  });

  it("holds late amounts against the minute of their request: with them, too, no minute holds more than was said", () => {
    const faults: string[] = [];
    for (let seed = 1; seed <= 60; seed += 1) {
      const below = chance(seed * 104_729);
      const window = create();
      const list = new ListedWindow();
      const running: number[] = [];
      let now = start;
      for (let turn = 0; turn < 300; turn += 1) {
        now += below([20, 400, 3_000][seed % 3] ?? 1);
        const since = running[below(running.length + 1)];
        if (since === undefined) {
          // Half of the requests count nothing at first, and have no entry.
          const amount = below(2) * (1 + below(9));
          window.add(amount, now);
          list.add(amount, now);
          running.push(now);
        } else {
          const late = 1 + below(50);
          window.addLate(late, since, now);
          list.add(late, since);
          running.splice(running.indexOf(since), 1);
        }
        // Entries that share one leave up to a quarter of a second late, never early.
        const used = window.used(now);
        if (used < list.used(now) || used > list.used(now - 250)) faults.push(`seed ${seed}, turn ${turn}: ${used}`);
      }
      if (window.used(now + minute) !== 0) faults.push(`seed ${seed}: something is left`);
    }
    expect(faults).toEqual([]);
  });

  it("holds any number of late amounts of requests that had counted nothing, and lets none leave early", () => {
    const window = create();
    const list = new ListedWindow();
    for (let turn = 0; turn < 100; turn += 1) {
      window.add(1, start + turn);
      list.add(1, start + turn);
    }
    window.add(1, start + 40_000);
    list.add(1, start + 40_000);
    for (let turn = 0; turn < 20_000; turn += 1) {
      const since = start + 1_000 + turn;
      window.addLate(1, since, start + 50_000);
      list.add(1, since);
    }
    for (const now of [50_000, 60_050, 61_500, 65_000, 70_000, 81_000, 99_999].map((ms) => start + ms)) {
      expect(window.used(now)).toBeGreaterThanOrEqual(list.used(now));
      expect(window.secondsUntilFits(1, 30_000, now)).toBe(0);
      // Where there are so many, most share the entry behind them, and leave with that.
      if (now === start + 70_000) expect(window.used(now)).toBeGreaterThan(list.used(now) + 8_000);
    }
    for (let turn = 0; turn < 300; turn += 1) window.add(1, start + 99_999 + turn * 300);
    expect(window.used(start + 50_000 + 4 * minute)).toBe(0);
  });

  it("takes any number of requests in little memory and time", () => {
    const window = create();
    const work = workOf(() => {
      for (let turn = 0; turn < 400_000; turn += 1) window.add(1, start + turn / 5);
    });
    // A minute of the last 80 seconds, in which five came each millisecond.
    expect(window.used(start + 80_000)).toBeGreaterThan(299_000);
    expect(window.used(start + 80_000)).toBeLessThan(302_000);
    expect(work).toBeLessThan(800);
  });
});

describe("SharedWindow", () => {
  it("tells what SlidingWindow tells, to the figure, over random lives", () => {
    const faults: object[] = [];
    for (let seed = 1; seed <= 100; seed += 1) {
      const below = chance(seed * 15_485_863);
      const [own, shared] = [new SlidingWindow(), startShared()];
      const sinces: number[] = [];
      let now = start;
      for (let turn = 0; turn < 400; turn += 1) {
        // At times as the clocks of two threads may differ.
        now += below([3, 60, 400, 4_000][seed % 4] ?? 1) + below(1_000) / 1_000 - (below(20) === 0 ? 0.9 : 0);
        const [kind, amount, since] = [below(4), below(9), sinces[below(sinces.length + 1)] ?? now];
        const told = [own, shared].map((window) => {
          if (kind < 2) window.add(amount, now);
          else if (kind === 2) window.addLate(amount, since, now);
          else window.giveBack(amount, since, now);
          const limit = 5 + seed * 3;
          return [window.used(now), window.secondsUntilFits(amount, limit, now), window.secondsUntilEmpty(now)];
        });
        if (kind < 2) sinces.push(now);
        if (!isDeepStrictEqual(told[1], told[0])) faults.push({ seed, turn, told });
      }
    }
    expect(faults.slice(0, 3)).toEqual([]);
  });
});
