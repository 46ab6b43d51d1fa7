import { describe, expect, it } from "vitest";
import { SlidingWindow } from "./window.ts";

const start = Date.UTC(2026, 0, 1);

/** Random numbers that are the same in every run. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

describe("SlidingWindow", () => {
  it("counts fully within the minute, then less and less, then not at all", () => {
    const window = new SlidingWindow();
    window.add(100, start);
    expect(window.used(start + 59_999)).toBe(100);
    expect(window.used(start + 60_000)).toBe(100);
    expect(window.used(start + 90_000)).toBe(50);
    expect(window.used(start + 120_000)).toBe(0);
  });

  it("gives back, also over the turn of a window, and never below zero", () => {
    const window = new SlidingWindow();
    window.add(100, start);
    window.add(-30, start + 1);
    expect(window.used(start + 1)).toBe(70);
    window.add(10, start + 60_000);
    window.add(-50, start + 60_000);
    expect(window.used(start + 60_000)).toBe(30);
    window.add(-500, start + 60_001);
    expect(window.used(start + 60_001)).toBe(0);
    window.add(5, start + 60_001);
    expect(window.used(start + 60_001)).toBe(5);
  });

  it("says null for what never fits, and 0 for what fits now", () => {
    const window = new SlidingWindow();
    expect(window.secondsUntilFits(11, 10, start)).toBeNull();
    expect(window.secondsUntilFits(10, 10, start)).toBe(0);
  });

  it("bears a clock that goes back", () => {
    const window = new SlidingWindow();
    window.add(5, start);
    window.add(5, start - 10_000);
    expect(window.used(start - 10_000)).toBe(10);
    expect(window.secondsUntilFits(10, 10, start - 10_000)).toBeGreaterThan(0);
  });

  it("keeps its word: after the wait that it names the amount fits, and two seconds earlier it did not", () => {
    let waits = 0;
    for (let seed = 1; seed <= 3000; seed += 1) {
      const below = chance(seed * 7919);
      const limit = 1 + below(seed % 2 === 0 ? 20 : 1_000_000);
      const window = new SlidingWindow();
      let now = start + below(100_000);
      for (let turn = 0; turn < 12; turn += 1) {
        now += below(25_000);
        const amount = 1 + below(limit);
        const seconds = window.secondsUntilFits(amount, limit, now);
        if (seconds === 0) {
          expect(window.used(now) + amount, `seed ${seed}`).toBeLessThanOrEqual(limit);
          window.add(amount, now);
          continue;
        }
        if (seconds === null) throw new Error("an amount up to the limit always fits at some time");
        waits += 1;
        expect(seconds).toBeLessThanOrEqual(120);
        const tooEarly = now + seconds * 1000 - 2000;
        if (seconds > 2) expect(window.used(tooEarly) + amount, `seed ${seed}`).toBeGreaterThan(limit);
        now += seconds * 1000;
        expect(window.used(now) + amount, `seed ${seed}`).toBeLessThanOrEqual(limit);
      }
    }
    expect(waits).toBeGreaterThan(1000);
  });

  it("never lets through more than twice the limit within any minute, and not more than it in the long run", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const below = chance(seed * 104_729);
      const limit = 1 + below(50);
      const window = new SlidingWindow();
      const passed: number[] = [];
      let now = start;
      for (let turn = 0; turn < 2000; turn += 1) {
        now += below(1500);
        if (window.used(now) + 1 > limit) continue;
        window.add(1, now);
        passed.push(now);
      }
      for (const from of passed) {
        expect(passed.filter((at) => at >= from && at < from + 60_000).length, `seed ${seed}`).toBeLessThanOrEqual(
          2 * limit,
        );
      }
      const minutes = (now - start) / 60_000;
      expect(passed.length / minutes, `seed ${seed}`).toBeLessThanOrEqual(limit * 1.25 + 2);
    }
  });
});
