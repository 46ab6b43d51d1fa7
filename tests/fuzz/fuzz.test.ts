// The first cases of what `npm run fuzz` runs in full and .ci/run in part, and the fuzzer itself.

import { describe, expect, test } from "vitest";
import { cpuMs } from "./cpu-time.ts";
import { Broken, expectEqual } from "./expectations.ts";
import { runTarget } from "./run-target.ts";
import { loadSeeds } from "./seeds.ts";
import { document } from "./shapes.ts";
import { shrink } from "./shrink.ts";
import { listTargets, makeCase } from "./targets.ts";
import type { Target } from "./targets.ts";

const plan = { seed: 1, first: 0, count: 100, checksGrowth: false };

describe("100 broken cases", () => {
  const targets = listTargets(loadSeeds());
  test.each(targets)("$name", { timeout: 120_000 }, async (target) => {
    const { failures, cases } = await runTarget(target, plan);
    expect(failures).toEqual([]);
    expect(cases).toBe(plan.count);
  });
});

describe("the fuzzer", () => {
  const seeds = [Buffer.from('{"a":[1,2,{"b":"c"}],"d":null}'), Buffer.from('{"text":"Hello"}')];
  const target = (check: Target["check"]): Target => ({ name: "planted", shape: document, seeds, check });
  const run = (check: Target["check"], more: object = {}) => runTarget(target(check), { ...plan, count: 600, ...more });

  test("makes the same case of the same numbers, and others of others", () => {
    const same = target(() => undefined);
    const texts = Array.from({ length: 200 }, (_, number) => makeCase(same, 1, number).toString("latin1"));
    expect(texts).toEqual(texts.map((_, number) => makeCase(same, 1, number).toString("latin1")));
    expect(new Set(texts).size).toBeGreaterThan(100);
    expect(makeCase(same, 2, 0)).not.toEqual(makeCase(same, 1, 0));
  });

  test("finds what is thrown, and makes the case small", async () => {
    const check: Target["check"] = (bytes) => {
      if (bytes.includes("__proto__")) throw new TypeError("planted");
    };
    const { failures } = await run(check, { count: 4_000 });
    const [failure] = failures;
    if (failure === undefined) throw new Error("nothing was found");
    expect(failure.reason).toMatch(/^TypeError: planted/);
    const smallest = shrink(target(check), makeCase(target(check), failure.seed, failure.number), failure);
    expect(smallest.toString()).toBe("__proto__");
  });

  test("finds what takes too long, and what takes longer and longer", async () => {
    const spin = (ms: number): void => {
      for (const end = cpuMs() + ms; cpuMs() < end;);
    };
    const slow = await run(() => spin(600), { count: 1 });
    expect(slow.failures).toMatchObject([{ reason: expect.stringContaining("takes") }]);
    const growing = await run((bytes) => spin((bytes.length / 16_384) ** 2), { count: 501, checksGrowth: true });
    expect(growing.failures).toMatchObject([{ reason: expect.stringContaining("the time grows") }, {}]);
  }, 300_000);

  test("compares values of any depth", () => {
    const deep = JSON.parse(`${"[".repeat(100_000)}1${"]".repeat(100_000)}`) as unknown;
    const other = JSON.parse(`${"[".repeat(100_000)}2${"]".repeat(100_000)}`) as unknown;
    expect(() => expectEqual("depth", deep, deep)).not.toThrow();
    expect(() => expectEqual("depth", deep, other)).toThrow(Broken);
    expect(() => expectEqual("keys", { a: 1 }, { b: 1 })).toThrow(Broken);
  });
});
