import { expect, it } from "vitest";
import { SteadyTime } from "./clock.ts";

const hour = 3_600_000;

function makeClock() {
  const time = { wall: Date.UTC(2026, 0, 1), monotonic: 5 };
  const pass = (ms: number): void => {
    time.wall += ms;
    time.monotonic += ms;
  };
  return { time, pass, clock: { now: () => time.wall, monotonic: () => time.monotonic } };
}

it.each([hour, -hour])("a step of the clock by %i ms is believed when it has lasted for an hour", (stepMs) => {
  const { time, pass, clock } = makeClock();
  const steady = new SteadyTime(clock);
  pass(10_000);
  const before = time.wall;
  time.wall += stepMs;
  expect(steady.now()).toBe(before);
  pass(hour - 1);
  expect(steady.now()).toBe(before + hour - 1);
  pass(1);
  expect(steady.now()).toBe(time.wall);
});

it("a step that is taken back was none, and a clock that is slewed is followed", () => {
  const { time, pass, clock } = makeClock();
  const steady = new SteadyTime(clock);
  time.wall += hour;
  steady.now();
  pass(hour / 2);
  time.wall -= hour;
  expect(steady.now()).toBe(time.wall);
  for (let turn = 0; turn < 100; turn += 1) {
    time.wall += 1_000;
    expect(steady.now()).toBe(time.wall);
  }
  time.wall += hour;
  pass(hour / 2);
  expect(steady.now()).toBe(time.wall - hour);
});
