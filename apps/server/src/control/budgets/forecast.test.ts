import { describe, expect, it } from "vitest";
import { forecastOf } from "./forecast.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 10, 28, 12);

type Holder = Parameters<typeof forecastOf>[0];

/** Of ten it has spent four, and of those 1.4 in the last seven days: 0.2 a day. */
const usual: Holder = {
  ...{ budgetNanos: 10_000, spentNanos: 4_000, createdAt: now - 60 * dayMs, endsAt: null, isActive: true },
  recent: { nanos: 1_400, firstAt: now - 6 * dayMs, lastAt: now - hourMs },
};
const of = (changed: Partial<Holder>) => forecastOf({ ...usual, ...changed }, now);

describe("the forecast of a budget", () => {
  it("goes on with the rate of the last seven days until nothing is left", () => {
    expect(of({})).toEqual({
      ...{ outcome: "exhausts", since: now - 7 * dayMs, recentNanos: 1_400, perDayNanos: 200 },
      ...{ exhaustedAt: now + 30 * dayMs, atEndNanos: null },
    });
  });

  it("is made over the days since the first request, where all was spent in these", () => {
    const firstAt = now - 2 * dayMs;
    const young = { spentNanos: 1_400, recent: { nanos: 1_400, firstAt, lastAt: now - hourMs } };
    expect(of(young)).toMatchObject({ outcome: "exhausts", since: firstAt, perDayNanos: 700 });
    // Whoever had spent before that has rested.
    expect(of({ ...young, spentNanos: 1_401 })).toMatchObject({ since: now - 7 * dayMs, perDayNanos: 200 });
  });

  it("says how much will be spent when its holder ends before that", () => {
    expect(of({ endsAt: now + 10 * dayMs })).toMatchObject({ outcome: "lasts", exhaustedAt: null, atEndNanos: 6_000 });
    expect(of({ endsAt: now + 30 * dayMs })).toMatchObject({ outcome: "lasts", atEndNanos: 10_000 });
    expect(of({ endsAt: now + 31 * dayMs })).toMatchObject({ outcome: "exhausts", atEndNanos: null });
    expect(of({ endsAt: now })).toMatchObject({ outcome: "ended" });
    expect(of({ isActive: false })).toMatchObject({ outcome: "ended" });
  });

  it("sees no further than two years", () => {
    expect(of({ budgetNanos: 4_000 + 200 * 730 })).toMatchObject({ outcome: "exhausts" });
    expect(of({ budgetNanos: 4_000 + 200 * 731 })).toMatchObject({ outcome: "lasts", exhaustedAt: null });
    const endsAt = now + 1_000 * dayMs;
    expect(of({ budgetNanos: 4_000 + 200 * 731, endsAt })).toMatchObject({ outcome: "lasts" });
  });

  it("says nothing where less than a day lies between the first request and the last", () => {
    const firstAt = now - 3 * dayMs;
    expect(of({ recent: { nanos: 1_400, firstAt, lastAt: firstAt + dayMs - 1 } })).toMatchObject({
      ...{ outcome: "too_little_data", recentNanos: 1_400, perDayNanos: null, exhaustedAt: null },
    });
    expect(of({ recent: { nanos: 1_400, firstAt, lastAt: firstAt } })).toMatchObject({ outcome: "too_little_data" });
    expect(of({ recent: { nanos: 1_400, firstAt, lastAt: firstAt + dayMs } })).toMatchObject({ outcome: "exhausts" });
  });

  it("tells one that nobody uses from one that nobody can have used yet", () => {
    const recent = { nanos: 0, firstAt: null, lastAt: null };
    expect(of({ recent })).toMatchObject({ outcome: "idle", perDayNanos: 0, exhaustedAt: null });
    expect(of({ recent, spentNanos: 0, createdAt: now - hourMs })).toMatchObject({
      ...{ outcome: "too_little_data", since: now - hourMs },
    });
    expect(of({ recent, spentNanos: 0, createdAt: now + 5 })).toMatchObject({ outcome: "too_little_data", since: now });
  });

  it("is that it is reached where nothing is left, whatever else is known", () => {
    expect(of({ spentNanos: 10_000 })).toMatchObject({ outcome: "reached", exhaustedAt: null });
    expect(of({ budgetNanos: 0, spentNanos: 0, recent: { nanos: 0, firstAt: null, lastAt: null } })).toMatchObject({
      outcome: "reached",
    });
    expect(of({ budgetNanos: null })).toBeNull();
  });
});
