import { expect, it } from "vitest";
import { Damper } from "./damper.ts";

function start({ free = 3, capacity = 100 } = {}) {
  const time = { nowMs: 1_000_000 };
  const damper = new Damper({ free, capacity, clock: { now: () => time.nowMs, monotonic: () => time.nowMs } });
  return { time, damper };
}

it("lets some failures pass, then doubles the wait up to a quarter of an hour", () => {
  const { damper } = start();
  const waits = Array.from({ length: 16 }, () => {
    damper.fail("a");
    return damper.waitMs("a") / 1000;
  });
  expect(waits.slice(0, 6)).toEqual([0, 0, 1, 2, 4, 8]);
  expect(waits.at(-1)).toBe(900);
});

it("forgets on success, and an hour after the last failure", () => {
  const { damper, time } = start({ free: 1 });
  damper.fail("a");
  damper.succeed("a");
  expect(damper.waitMs("a")).toBe(0);
  for (let tries = 0; tries < 12; tries += 1) damper.fail("b");
  time.nowMs += 3_600_000;
  damper.fail("b");
  expect(damper.waitMs("b")).toBe(1000);
});

it("keeps subjects apart, and no more of them than it may", () => {
  const { damper } = start({ free: 1, capacity: 2 });
  damper.fail("a");
  expect(damper.waitMs("b")).toBe(0);
  damper.fail("b");
  damper.fail("c");
  expect([damper.waitMs("a"), damper.waitMs("b"), damper.waitMs("c")]).toEqual([0, 1000, 1000]);
});
