import { describe, expect, it } from "vitest";
import { courseOf, planCourse } from "./budget-course.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 10, 28, 12, 30);

describe("the course of a budget", () => {
  it("is by hour for eight days, and then by the reader's day", () => {
    expect(planCourse({ createdAt: now - 8 * dayMs }, now, hourMs)).toMatchObject({ bucket: "hour", offsetMs: 0 });
    const plan = planCourse({ createdAt: now - 8 * dayMs - 1 }, now, 2 * hourMs);
    expect(plan).toMatchObject({ bucket: "day", bucketMs: dayMs, offsetMs: 2 * hourMs });
  });

  it("begins in the hour of its beginning, ends now, and is what was spent until each time", () => {
    const plan = planCourse({ createdAt: now - 2 * hourMs }, now, 0);
    const [ten, eleven, twelve] = [10, 11, 12].map((hour) => Date.UTC(2026, 10, 28, hour));
    const spent = [
      { at: ten ?? 0, nanos: 5 },
      { at: twelve ?? 0, nanos: 2 },
    ];
    expect(courseOf(plan, spent, { budgetNanos: 20, spentNanos: 10, endsAt: null })).toEqual({
      times: [ten, eleven, twelve, now],
      // Three were charged beyond what requests cost.
      spentNanos: [3, 8, 8, 10],
      evenNanos: null,
    });
  });

  it("has the days of the reader's clock, of which the first is not whole", () => {
    const createdAt = Date.UTC(2026, 10, 18, 23, 30);
    const plan = planCourse({ createdAt }, now, 2 * hourMs);
    const { times } = courseOf(plan, [], { budgetNanos: 20, spentNanos: 0, endsAt: null });
    expect(times.slice(0, 3)).toEqual([18, 19, 20].map((day) => Date.UTC(2026, 10, day, day === 18 ? 23 : 22)));
    expect(times.at(-1)).toBe(now);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it("has an even line to the cap at its end, where it ends", () => {
    const createdAt = now - 30 * 60_000;
    const plan = planCourse({ createdAt }, now, 0);
    const { evenNanos } = courseOf(plan, [], { budgetNanos: 1_000, spentNanos: 0, endsAt: plan.from + hourMs });
    expect(evenNanos).toEqual([0, 500]);
    expect(courseOf(plan, [], { budgetNanos: 9, spentNanos: 0, endsAt: plan.from + 1 }).evenNanos).toEqual([0, 9]);
    expect(courseOf(plan, [], { budgetNanos: null, spentNanos: 0, endsAt: now }).evenNanos).toBeNull();
  });

  it("is never less than nothing", () => {
    const plan = planCourse({ createdAt: now }, now, 0);
    const spent = [{ at: plan.from, nanos: 7 }];
    expect(courseOf(plan, spent, { budgetNanos: 20, spentNanos: 5, endsAt: null }).spentNanos).toEqual([0, 5]);
  });
});
