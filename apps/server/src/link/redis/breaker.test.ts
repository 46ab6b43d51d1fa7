// When Redis is asked no more: when it fails, or is slow for longer than a burst takes.

import { beforeEach, describe, expect, it } from "vitest";
import { Breaker } from "./breaker.ts";

let now: number;
let lagMs: number;
let breaker: Breaker;

beforeEach(() => {
  now = 0;
  lagMs = 0;
  breaker = new Breaker({ monotonic: () => now, onChange: () => {}, lagMs: () => lagMs });
  breaker.close();
});

/** An answer every ten milliseconds for so long, of which each took what its turn says. */
function answer(forMs: number, turns: readonly number[]): void {
  for (let turn = 0; turn * 10 < forMs; turn += 1) {
    now += 10;
    breaker.answered(turns[turn % turns.length] ?? 0);
  }
}

describe("Redis that is slow", () => {
  it("is asked on through a burst that it has caught up with within half a second", () => {
    for (let count = 0; count < 300; count += 1) breaker.answered(120);
    answer(400, [120]);
    expect(breaker.isOpen).toBe(false);
  });

  it.each([
    { name: "with every answer", turns: [60] },
    { name: "with two of three", turns: [60, 60, 1] },
  ])("is asked no more once it was so for half a second, $name", ({ turns }) => {
    answer(480, turns);
    expect(breaker.isOpen).toBe(false);
    answer(120, turns);
    expect(breaker.isOpen).toBe(true);
    expect(breaker.why).toContain("50 ms");
  });

  it.each([
    { name: "with one of three", turns: [60, 1, 1] },
    { name: "by as much as this process is late", turns: [60], lag: 20 },
  ])("is asked on, $name", ({ turns, lag = 0 }) => {
    lagMs = lag;
    answer(3_000, turns);
    expect(breaker.isOpen).toBe(false);
  });

  it("is given its half second anew by each burst", () => {
    for (let burst = 0; burst < 5; burst += 1) {
      answer(300, [120]);
      now += 2_000;
    }
    expect(breaker.isOpen).toBe(false);
  });
});

describe("Redis that fails", () => {
  it("is asked no more after two failures in turn, and again after two good probes", () => {
    breaker.failed("gone", 250);
    breaker.answered(1);
    breaker.failed("gone", 250);
    expect(breaker.isOpen).toBe(false);
    breaker.failed("gone", 250);
    expect(breaker.isOpen).toBe(true);
    expect([true, false, true, true].map((isGood) => breaker.probed(isGood))).toEqual([false, false, false, true]);
  });

  it("is not to blame where this process stood still", () => {
    lagMs = 200;
    for (let count = 0; count < 5; count += 1) breaker.failed("no answer", 250);
    expect(breaker.isOpen).toBe(false);
  });
});
