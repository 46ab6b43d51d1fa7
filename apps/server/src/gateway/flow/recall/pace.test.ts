import { describe, expect, it } from "vitest";
import { PaceMarks, piecesOf } from "./pace.ts";

function marked(times: readonly number[]) {
  let now = 1_000;
  const marks = new PaceMarks(() => now);
  marks.begin();
  for (const [at, ms] of times.entries()) {
    now = 1_000 + ms;
    marks.add((at + 1) * 10);
  }
  return marks.told;
}

describe("the pace of an answer", () => {
  it("is when its bytes came, where that is some time after those before", () => {
    expect(marked([5, 8, 300, 310, 900])).toEqual([
      [5, 20],
      [300, 40],
      [900, 50],
    ]);
  });

  it("is told in so many marks, however many pieces it had", () => {
    const marks = marked(Array.from({ length: 5_000 }, (_, at) => at * 25));
    expect(marks.length).toBeLessThanOrEqual(256);
    expect(marks.at(-1)?.[1]).toBe(50_000);
    expect(marks.map(([, bytes]) => bytes)).toEqual(
      marks.map(([, bytes]) => bytes).toSorted((one, other) => one - other),
    );
  });

  it("has every byte once, no long silence, and an end", () => {
    const pieces = piecesOf(
      [
        [100, 10],
        [9_000, 30],
        [9_050, 45],
      ],
      60,
    );
    expect(pieces).toEqual([
      { from: 0, to: 10, pauseMs: 100 },
      { from: 10, to: 30, pauseMs: 2_000 },
      { from: 30, to: 45, pauseMs: 50 },
      { from: 45, to: 60, pauseMs: 0 },
    ]);
    const slow = piecesOf(
      Array.from({ length: 100 }, (_, at) => [at * 2_000, at + 1] as const),
      100,
    );
    expect(slow.reduce((sum, { pauseMs }) => sum + pauseMs, 0)).toBeCloseTo(60_000, 3);
    expect(piecesOf([[5, 99]], 10)).toEqual([{ from: 0, to: 10, pauseMs: 5 }]);
    expect(piecesOf([], 10)).toEqual([{ from: 0, to: 10, pauseMs: 0 }]);
  });
});
