import { describe, expect, it } from "vitest";
import { endlessDay, usualThresholds } from "./budget.ts";
import type { Budget, BudgetSpan } from "./budget.ts";
import { Calendar } from "./calendar.ts";
import { budgetPeriodAt, longestReachMs } from "./periods.ts";

const [hour, day] = [3_600_000, 86_400_000];
const calendar = new Calendar();

function budget(span: BudgetSpan, change: Partial<Budget> = {}): Budget {
  const terms = { days: 0, timeZone: "UTC", amountNanos: 100, madeAt: 0, thresholds: usualThresholds };
  return { id: "b1", span, ...terms, rolloverNanos: null, increase: null, downgradeTo: null, ...change };
}

describe("a budget's period", () => {
  it("has an increase until its last moment, and is looked at anew then", () => {
    const until = Date.UTC(2026, 10, 30, 13);
    const increased = budget("day", { increase: { nanos: 50, until } });
    const before = budgetPeriodAt(calendar, increased, until - 1);
    expect(before).toMatchObject({ amountNanos: 150, validUntil: until });
    const behind = budgetPeriodAt(calendar, increased, until);
    expect(behind).toMatchObject({ amountNanos: 100, validUntil: Date.UTC(2026, 11, 1), name: before.name });
  });

  it("rolls over from the last one alone, also where nothing was spent in it, and from none before it was made", () => {
    const over = budget("week", { rolloverNanos: 40, madeAt: Date.UTC(2026, 10, 18) });
    const at = (date: number) => budgetPeriodAt(calendar, over, Date.UTC(2026, 10, date)).earlier;
    expect(at(20)).toEqual([]);
    expect(at(23)).toEqual(["2026-11-16/b1"]);
    expect(at(30)).toEqual(["2026-11-23/b1"]);
  });

  it("of rolling days names each day once, where clocks change and where a zone leaves one out", () => {
    const named = (timeZone: string, at: number) => {
      const { name, earlier } = budgetPeriodAt(calendar, budget("rolling", { days: 3, timeZone }), at);
      return [name, ...earlier].map((one) => one.slice(0, 10));
    };
    expect(named("Europe/Berlin", Date.UTC(2026, 9, 26, 12))).toEqual(["2026-10-26", "2026-10-25", "2026-10-24"]);
    expect(named("Asia/Kolkata", Date.UTC(2026, 9, 25, 18, 30))).toEqual(["2026-10-26", "2026-10-25", "2026-10-24"]);
    // The 30th, which was never there, counts nothing.
    expect(named("Pacific/Apia", Date.UTC(2011, 11, 31, 12))).toEqual(["2012-01-01", "2011-12-31", "2011-12-30"]);
  });

  it("never looks back as far as to what may be forgotten", () => {
    const zones = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"];
    const budgets = zones.flatMap((timeZone) => [
      ...(["day", "week", "month"] as const).map((span) => budget(span, { timeZone, rolloverNanos: 9 })),
      budget("rolling", { timeZone, days: 31 }),
    ]);
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2028, 3, 1); at += 11 * hour) {
      const kept = new Date(at - longestReachMs).toISOString().slice(0, 10);
      for (const one of budgets) {
        const { name, earlier, lapsesAt } = budgetPeriodAt(calendar, one, at);
        for (const period of [name, ...earlier]) expect(period >= kept).toBe(true);
        // Nor does any that is asked for until then.
        expect(lapsesAt - Date.parse(name.slice(0, 10))).toBeLessThan(longestReachMs - day);
      }
    }
    expect(endlessDay > "9999-12-31").toBe(true);
  });
});
