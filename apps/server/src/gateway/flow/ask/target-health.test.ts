import { describe, expect, it } from "vitest";
import { loadConfig } from "#config/load.ts";
import type { HealthSettings } from "#config/config.ts";
import type { TargetRest, TargetRestored } from "#domain/target-rest.ts";
import { makeProvider, makeTarget } from "../../../../tests/support/gateway.ts";
import { TargetHealth } from "./target-health.ts";

const target = makeTarget(makeProvider("openai", "http://127.0.0.1:1/v1"), "one");
const chat = { target, operation: "chat.completions", caller: "user-1" } as const;
const { health: usual } = loadConfig({ environment: {}, cwd: "/nonexistent" });

interface Told {
  readonly rests: TargetRest[];
  readonly restored: TargetRestored[];
}

function make(settings: Partial<HealthSettings> = {}, random = () => 0): { health: TargetHealth; told: Told } {
  const told: Told = { rests: [], restored: [] };
  const health = new TargetHealth({
    settings: { ...usual, ...settings },
    random,
    tellRest: (rest) => void told.rests.push(rest),
    tellRestored: (restored) => void told.restored.push(restored),
  });
  return { health, told };
}

const failed = { ...chat, restMs: 0, isAnybodys: true, reason: "failures" } as const;

function fail(health: TargetHealth, now: number, change: Partial<Parameters<TargetHealth["recordFailure"]>[0]> = {}) {
  health.recordFailure({ ...failed, ...change, now });
}

function succeed(health: TargetHealth, now: number, tookMs = 1, caller = "user-1", stream = false) {
  health.recordSuccess({ ...chat, caller, stream, now, begunAt: now - tookMs });
}

/** So many of each hundred fail. */
function load(health: TargetHealth, share: number, callers: readonly string[], isAnybodys = false): void {
  for (let count = 0; count < 100; count += 1) {
    const caller = callers[count % callers.length] ?? "";
    const isFailing = (count * share) % 100 < share;
    if (isFailing) fail(health, count * 50, { caller, isAnybodys });
    else succeed(health, count * 50, 1, caller);
  }
}

describe("a target of which a share fails", () => {
  it("rests for all, where several meet it", () => {
    const { health, told } = make();
    load(health, 60, ["user-1", "user-2", "user-3"]);
    expect(told.rests.some(({ caller, reason }) => caller === null && reason === "failure_rate")).toBe(true);
  });

  it("rests for one caller alone who alone meets it", () => {
    const { health, told } = make();
    for (let count = 0; count < 100; count += 1) {
      if (count % 2 === 0) fail(health, count * 50, { isAnybodys: false });
      else succeed(health, count * 50);
      succeed(health, count * 50, 1, "user-2");
    }
    expect(new Set(told.rests.map(({ caller }) => caller))).toEqual(new Set(["user-1"]));
    expect(health.restMs({ ...chat, caller: "user-2" }, 5_000)).toBe(0);
  });

  it("is asked on below the share, and with too few requests", () => {
    const few = make();
    load(few.health, 30, ["user-1", "user-2", "user-3"]);
    expect(few.told.rests).toEqual([]);
    const none = make({ failurePercent: 0 });
    load(none.health, 70, ["user-1", "user-2", "user-3"], true);
    expect(none.told.rests.filter(({ reason }) => reason === "failure_rate")).toEqual([]);
  });
});

describe("a target that is slow", () => {
  const slow = { slowStreamMs: 2_000, slowAnswerMs: 10_000 };

  it.each([
    [true, 2_001],
    [false, 10_001],
  ])("rests when as large a share of answers (streamed: %s) comes late, until it is quick again", (stream, tookMs) => {
    const { health, told } = make(slow);
    for (let count = 0; count < 20; count += 1) succeed(health, 20_000 + count, tookMs, `user-${count % 2}`, stream);
    expect(told.rests.at(-1)).toMatchObject({ caller: null, reason: "slow", restMs: 5_000 });
    expect(health.restMs(chat, 20_100)).toBeGreaterThan(0);
    succeed(health, 32_000, tookMs, "user-1", stream);
    expect(told.rests.at(-1)).toMatchObject({ reason: "slow", restMs: 10_000 });
    succeed(health, 43_000, 5, "user-1", stream);
    expect(health.restMs(chat, 43_000)).toBe(0);
    expect(told.restored).toHaveLength(1);
  });

  it("is none by itself", () => {
    const { health, told } = make();
    for (let count = 0; count < 50; count += 1) succeed(health, 500_000, 400_000, "user-1", true);
    expect([told.rests, health.size]).toEqual([[], 0]);
  });
});

describe("a target whose rest is over", () => {
  it("is tried by one request at a time, and rests twice as long each time that it fails, up to the longest", () => {
    const { health } = make();
    for (let count = 0; count < 5; count += 1) fail(health, 0);
    const rests: number[] = [];
    for (let [turn, now] = [0, 0]; turn < 6; turn += 1) {
      const restMs = health.restMs(chat, now);
      rests.push(restMs);
      now += restMs;
      expect(health.restMs(chat, now)).toBe(0);
      health.try(chat, chat, now);
      expect(health.restMs({ ...chat, caller: "user-2" }, now)).toBeGreaterThan(0);
      fail(health, now);
    }
    expect(rests).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it("is free for another one when nothing came of that, at the latest after half a minute", () => {
    const { health } = make();
    for (let count = 0; count < 5; count += 1) fail(health, 0);
    const [one, other] = [{}, {}];
    health.try(chat, one, 5_000);
    health.giveUp(chat, other);
    expect(health.restMs(chat, 5_001)).toBeGreaterThan(0);
    health.giveUp(chat, one);
    expect(health.restMs(chat, 5_001)).toBe(0);
    health.try(chat, other, 5_001);
    expect(health.restMs(chat, 35_000)).toBe(1);
    expect(health.restMs(chat, 35_001)).toBe(0);
  });

  it("rests longer by a part that is drawn, but never longer than the longest", () => {
    const { health } = make({ longestRestMs: 11_000 }, () => 0.99);
    for (let count = 0; count < 5; count += 1) fail(health, 0);
    expect(health.restMs(chat, 0)).toBe(5_000);
    fail(health, 5_000);
    expect(health.restMs(chat, 5_000)).toBe(11_000);
  });

  it("is not well for what began before it rested", () => {
    const { health, told } = make();
    for (let count = 0; count < 5; count += 1) fail(health, 1_000);
    succeed(health, 1_500, 800);
    expect(health.restMs(chat, 1_500)).toBeGreaterThan(0);
    succeed(health, 1_600, 100);
    expect([health.restMs(chat, 1_600), told.restored.length]).toEqual([0, 1]);
  });
});

describe("a target that is parked", () => {
  it.each(["quota", "credential"] as const)("for %s is left alone for long", (reason) => {
    const { health, told } = make();
    for (let count = 0; count < 5; count += 1) fail(health, 0, { reason, restMs: 30_000 });
    expect(told.rests.at(-1)).toMatchObject({ caller: null, reason, restMs: 600_000 });
  });

  it("is asked again as soon as an operator has changed its provider, or somebody tells that it is well", () => {
    const { health } = make();
    for (let count = 0; count < 5; count += 1) fail(health, 0, { reason: "credential" });
    const changed = makeTarget(makeProvider("openai", "http://127.0.0.1:2/v1"), "one");
    expect(health.restMs({ ...chat, target: changed }, 1)).toBe(0);
    for (let count = 0; count < 5; count += 1) fail(health, 0, { reason: "quota" });
    expect(health.restMs(chat, 1)).toBeGreaterThan(0);
    health.restore({ because: "tested", providerId: "provider-anthropic" }, 1);
    expect(health.restMs(chat, 1)).toBeGreaterThan(0);
    health.restore({ because: "tested", providerId: target.provider.id }, 1);
    expect(health.restMs(chat, 1)).toBe(0);
    fail(health, 2, { reason: "quota" });
    expect(health.restMs(chat, 2)).toBe(600_000);
  });

  it("is one for those who were told of it, and no more when they are told that", () => {
    const { health } = make();
    const rest = { path: `${target.provider.id}/one`, isListed: true, operation: "chat.completions" };
    health.learn({ ...rest, caller: null, restMs: 9_000, reason: "quota" }, 0);
    expect(health.restMs(chat, 1_000)).toBe(8_000);
    health.restore({ because: "answered", target: rest }, 1_000);
    expect(health.restMs(chat, 1_000)).toBe(0);
  });
});
