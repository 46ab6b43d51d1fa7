import { expect, it } from "vitest";
import { SketchSum } from "./sketch-sum.ts";
import { addTo, bucketOf, readSketch, writeSketch, type Sketch } from "./sketch.ts";

/** Log-normal, as latencies are. */
function latencies(count: number): readonly number[] {
  let state = 7;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return Array.from({ length: count }, () =>
    Math.round(Math.exp(6.5 + Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()))),
  );
}

function sketchOf(values: readonly number[]): Sketch {
  const sketch: Sketch = new Map();
  for (const value of values) addTo(sketch, bucketOf(value));
  return sketch;
}

function percentilesOf(sketch: Sketch) {
  return new SketchSum([writeSketch(sketch)]).percentiles();
}

it("tells percentiles to 2.5 %, of few values and of many, wherever they lie", () => {
  for (const count of [1, 2, 19, 1000, 50_000]) {
    const values = latencies(count);
    const sorted = values.toSorted((one, other) => one - other);
    const told = percentilesOf(sketchOf(values));
    for (const [name, share] of [
      ["p50", 0.5],
      ["p95", 0.95],
      ["p99", 0.99],
    ] as const) {
      const exact = sorted[Math.ceil(share * count) - 1] ?? NaN;
      expect(Math.abs((told?.[name] ?? NaN) - exact), `${name} of ${count}`).toBeLessThanOrEqual(exact * 0.025);
    }
  }
  for (const value of [1, 2, 7, 60_000, 86_400_000]) {
    const { p50 = NaN } = percentilesOf(sketchOf([value])) ?? {};
    expect(Math.abs(p50 - value), String(value)).toBeLessThanOrEqual(value * 0.025 + 0.05);
  }
});

it("is merged by joining texts, and comes back as it was written", () => {
  const values = latencies(5000);
  const parts = [values.slice(0, 1), values.slice(1, 1200), values.slice(1200)].map((part) =>
    writeSketch(sketchOf(part)),
  );
  const whole = sketchOf(values);
  const merged = readSketch(parts.join(""));
  expect(merged).toEqual(whole);
  expect(readSketch(writeSketch(merged))).toEqual(merged);
  expect(writeSketch(merged).length).toBeLessThan(1000);
});

it("of nothing has no percentiles", () => {
  expect(new SketchSum([""]).percentiles()).toBeNull();
  expect(readSketch(writeSketch(sketchOf([0, -5, 1])))).toEqual(new Map([[0, 3]]));
});

it("is what all have together, without those that are told apart", () => {
  const values = latencies(3000);
  const [all, few, many] = [values, values.slice(0, 700), values.slice(700)].map(
    (part) => new SketchSum([writeSketch(sketchOf(part))]),
  );
  if (all === undefined || few === undefined || many === undefined) throw new Error("there are three");
  expect(few.plus(many).percentiles()).toEqual(all.percentiles());
  expect(all.minus([few]).read()).toEqual(new Map([...many.read()]));
  expect(SketchSum.of([all.minus([few]), few]).percentiles()).toEqual(all.percentiles());
  expect(all.minus([few, many]).percentiles()).toBeNull();
  expect(SketchSum.nothing.percentiles()).toBeNull();
});
