import { describe, expect, it } from "vitest";
import type { BudgetDetail } from "#api/queries.ts";
import { burnDownOf } from "./burn-down.ts";

const dayMs = 86_400_000;
const start = Date.parse("2026-11-01T00:00:00.000Z");
const day = (number: number): string => new Date(start + number * dayMs).toISOString();

type Changed = Partial<Pick<BudgetDetail["budget"], "budget_usd" | "ends_at" | "forecast">>;

/** Ten days old, of which it spent four of its ten. */
function detail(changed: Changed, even: readonly string[] | null = null): BudgetDetail {
  return {
    budget: {
      ...{ kind: "key", id: "k", name: "k", public_id: "gk-k", user_id: "u", user_email: "u@x", state: "fine" },
      ...{ budget_usd: "10", spent_usd: "4", left_usd: "6", percent: 40, begins_at: day(0), ends_at: null },
      limits: {
        ...{ requests_per_minute: null, requests_per_hour: null, requests_per_day: null, concurrent_requests: null },
        ...{ tokens_per_minute: null, tokens_per_hour: null, tokens_per_day: null },
        ...{ cost_usd_per_minute: null, cost_usd_per_hour: null, cost_usd_per_day: null },
      },
      budgets: [],
      ...{ in_use: null, forecast: null, ...changed },
    },
    course: {
      bucket: "day",
      times: [day(0), day(5), day(10)],
      spent_usd: ["0", "1", "4"],
      even_usd: even && [...even],
    },
  };
}

const forecast = {
  ...{ outcome: "exhausts", since: day(3), recent_usd: "4", per_day_usd: "0.6" },
  ...{ exhausted_at: null, at_end_usd: null },
};
const lineOf = (key: string, of: BudgetDetail) => burnDownOf(of).lines.find((line) => line.key === key)?.values;

describe("a burn-down", () => {
  it("is what was spent below the cap", () => {
    const { times, lines } = burnDownOf(detail({}));
    expect(times).toEqual([0, 5, 10].map((number) => start + number * dayMs));
    expect(lines.map(({ key, values }) => [key, values])).toEqual([
      ["spent", [0, 1, 4]],
      ["cap", [10, 10, 10]],
    ]);
    expect(burnDownOf(detail({ budget_usd: null })).lines.map(({ key }) => key)).toEqual(["spent"]);
  });

  it("goes on to the cap where that is foreseen", () => {
    const of = detail({ forecast: { ...forecast, exhausted_at: day(20) } });
    expect(burnDownOf(of).times.at(-1)).toBe(start + 20 * dayMs);
    expect(lineOf("spent", of)).toEqual([0, 1, 4, null]);
    expect(lineOf("forecast", of)).toEqual([null, null, 4, 10]);
  });

  it("shows no more of what is to come than there was", () => {
    const of = detail({ forecast: { ...forecast, exhausted_at: day(30) } });
    expect(burnDownOf(of).times.at(-1)).toBe(start + 20 * dayMs);
    expect(lineOf("forecast", of)?.at(-1)).toBe(7);
  });

  it("has the even line go on beside it to the end", () => {
    const of = detail({ ends_at: day(20), forecast: { ...forecast, at_end_usd: "9" } }, ["0", "2.5", "5"]);
    expect(lineOf("even", of)).toEqual([0, 2.5, 5, 10]);
    expect(lineOf("forecast", of)).toEqual([null, null, 4, 9]);
    expect(lineOf("even", detail({ ends_at: day(20) }, ["0", "2.5", "5"]))).toEqual([0, 2.5, 5]);
  });
});
