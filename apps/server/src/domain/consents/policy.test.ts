import { describe, expect, it } from "vitest";
import { Calendar } from "#domain/budgets/calendar.ts";
import { ConsentPolicies } from "./policies.ts";
import { isHeld, type ConsentFacts, type ConsentHours, type ConsentPolicy } from "./policy.ts";

const anything = { models: null, aboveNanos: null, classes: null, hours: null };
const calendar = new Calendar();
const facts = (change: Partial<ConsentFacts> = {}): ConsentFacts => ({
  ...{ isNamed: () => false, costNanos: () => 5, found: [], now: 0, calendar },
  ...change,
});

describe("hours", () => {
  const office: ConsentHours = {
    ...{ timeZone: "Europe/Berlin", weekdays: [1, 2, 3, 4, 5], from: 8 * 60, to: 18 * 60, isOutside: false },
  };
  const at = (text: string, change: Partial<ConsentHours> = {}) =>
    isHeld({ ...anything, hours: { ...office, ...change } }, facts({ now: Date.parse(text) }));

  it("are those of the time zone, in summer and in winter, from the first minute to before the last", () => {
    // A Monday, an hour before UTC.
    expect(["06:59", "07:00", "16:59", "17:00"].map((time) => at(`2026-01-05T${time}:30Z`))).toEqual([
      ...[false, true, true, false],
    ]);
    expect(["05:59", "06:00", "15:59", "16:00"].map((time) => at(`2026-07-06T${time}:30Z`))).toEqual([
      ...[false, true, true, false],
    ]);
  });

  it("are those of their days alone, or all others", () => {
    const [friday, sunday] = ["2026-01-09T10:00:00Z", "2026-01-11T10:00:00Z"];
    expect([at(friday), at(sunday)]).toEqual([true, false]);
    expect([at(friday, { isOutside: true }), at(sunday, { isOutside: true })]).toEqual([false, true]);
    expect([at(friday, { from: 0, to: 0 }), at(sunday, { from: 0, to: 0 })]).toEqual([true, false]);
  });

  it("past midnight belong to the day on which they begin", () => {
    const night = { timeZone: "UTC", weekdays: [5, 7], from: 22 * 60, to: 6 * 60 };
    const times = ["2026-01-09T21:59:00Z", "2026-01-09T22:00:00Z", "2026-01-10T05:59:00Z", "2026-01-10T06:00:00Z"];
    expect(times.map((time) => at(time, night))).toEqual([false, true, true, false]);
    // From Saturday to Sunday there is none, and from Sunday to Monday there is.
    expect(["2026-01-10T23:00:00Z", "2026-01-11T05:00:00Z"].map((time) => at(time, night))).toEqual([false, false]);
    expect(["2026-01-11T23:00:00Z", "2026-01-12T05:00:00Z"].map((time) => at(time, night))).toEqual([true, true]);
  });
});

describe("conditions", () => {
  it("are all met, and one that is left out is", () => {
    expect(isHeld(anything, facts())).toBe(true);
    expect(isHeld({ ...anything, models: ["a"] }, facts())).toBe(false);
    expect(isHeld({ ...anything, models: ["a"], aboveNanos: 5 }, facts({ isNamed: () => true }))).toBe(false);
    expect(isHeld({ ...anything, models: ["a"], aboveNanos: 4 }, facts({ isNamed: () => true }))).toBe(true);
    const found = [{ class: "iban", action: "mask", count: 1 }] as const;
    expect(isHeld({ ...anything, classes: ["email"] }, facts({ found }))).toBe(false);
    expect(isHeld({ ...anything, classes: ["email", "iban"] }, facts({ found }))).toBe(true);
  });

  it("are met by what nobody knows: any model, any cost", () => {
    expect(isHeld({ ...anything, models: ["a"] }, facts({ isNamed: null }))).toBe(true);
    expect(isHeld({ ...anything, aboveNanos: 1e15 }, facts({ costNanos: () => null }))).toBe(true);
  });
});

describe("the policies of a caller", () => {
  const policy = (id: string, holder: ConsentPolicy["holder"]): ConsentPolicy => ({
    ...{ id, name: id, holder, conditions: anything, validMs: 1 },
  });
  const caller = { keyId: "k", userId: "u", teamId: null };

  it("are everybody's, and those of his key, himself and the team of the key", () => {
    const all = new ConsentPolicies([
      policy("1", { kind: "everyone" }),
      ...(["key", "user", "team"] as const).map((kind) => policy(kind, { kind, id: kind.slice(0, 1) })),
    ]);
    expect(all.of(caller).map(({ id }) => id)).toEqual(["1", "key", "user"]);
    expect(all.of({ ...caller, teamId: "t" }).map(({ id }) => id)).toEqual(["1", "key", "user", "team"]);
    expect(all.of({ keyId: "x", userId: "y", teamId: "z" }).map(({ id }) => id)).toEqual(["1"]);
  });

  it("are none, and always the same none, where there are none", () => {
    expect(ConsentPolicies.none.of(caller)).toBe(ConsentPolicies.none.of({ ...caller, keyId: "x" }));
    const one = ConsentPolicies.none.apply({ set: [policy("1", { kind: "everyone" })], gone: [] });
    expect(one.of(caller)).toHaveLength(1);
    expect(one.apply({ set: [], gone: ["1"] }).of(caller)).toEqual([]);
    expect(one.apply(undefined)).toBe(one);
  });
});
