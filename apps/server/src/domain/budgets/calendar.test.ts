import { describe, expect, it } from "vitest";
import { Calendar, daysBefore } from "./calendar.ts";
import type { CalendarUnit } from "./calendar.ts";

const calendar = new Calendar();
const hour = 3_600_000;

function at(unit: CalendarUnit, timeZone: string, time: string) {
  const { name, startsAt, endsAt } = calendar.periodAt(unit, timeZone, Date.parse(time));
  return [name, new Date(startsAt).toISOString(), (endsAt - startsAt) / hour];
}

describe("the calendar of a time zone", () => {
  it("has days that are an hour shorter or longer where the clocks change", () => {
    expect(at("day", "Europe/Berlin", "2026-03-29T12:00:00Z")).toEqual(["2026-03-29", "2026-03-28T23:00:00.000Z", 23]);
    expect(at("day", "Europe/Berlin", "2026-10-25T12:00:00Z")).toEqual(["2026-10-25", "2026-10-24T22:00:00.000Z", 25]);
    expect(at("day", "Australia/Lord_Howe", "2026-04-04T20:00:00Z")[2]).toBe(24.5);
  });

  it("begins days with the first moment of their date, where midnight is not there or is there twice", () => {
    expect(at("day", "Asia/Beirut", "2026-03-29T12:00:00Z")).toEqual(["2026-03-29", "2026-03-28T22:00:00.000Z", 23]);
    expect(at("day", "America/Havana", "2026-11-01T12:00:00Z")).toEqual(["2026-11-01", "2026-11-01T04:00:00.000Z", 25]);
    // At midnight it was 23:00 of the day before again.
    expect(at("day", "America/Sao_Paulo", "2018-02-18T12:00:00Z")[1]).toBe("2018-02-18T03:00:00.000Z");
    expect(at("day", "America/Sao_Paulo", "2018-02-17T12:00:00Z")[2]).toBe(25);
    expect(at("day", "America/Sao_Paulo", "2018-11-04T12:00:00Z")).toEqual([
      "2018-11-04",
      "2018-11-04T03:00:00.000Z",
      23,
    ]);
  });

  it("goes on over a day that a zone has left out", () => {
    expect(at("day", "Pacific/Apia", "2011-12-29T20:00:00Z")).toEqual(["2011-12-29", "2011-12-29T10:00:00.000Z", 24]);
    expect(at("day", "Pacific/Apia", "2011-12-30T10:00:00Z")).toEqual(["2011-12-31", "2011-12-30T10:00:00.000Z", 24]);
  });

  it("has weeks from Monday and months of their length, also over the end of a year", () => {
    expect(at("week", "UTC", "2026-11-29T23:59:59.999Z")).toEqual(["2026-11-23", "2026-11-23T00:00:00.000Z", 168]);
    expect(at("week", "UTC", "2026-11-30T00:00:00Z")[0]).toBe("2026-11-30");
    expect(at("week", "Europe/Berlin", "2026-10-25T12:00:00Z")[2]).toBe(169);
    expect(at("month", "UTC", "2028-02-29T05:00:00Z")).toEqual(["2028-02-01", "2028-02-01T00:00:00.000Z", 29 * 24]);
    expect(at("month", "Asia/Tokyo", "2026-12-31T15:00:00Z")).toEqual(["2027-01-01", "2026-12-31T15:00:00.000Z", 744]);
    expect(at("month", "America/New_York", "2026-12-31T23:00:00Z")[0]).toBe("2026-12-01");
  });

  it("has no hole and no overlap: each period ends where the next one begins", () => {
    for (const timeZone of [
      "Europe/Berlin",
      "America/Havana",
      "Asia/Beirut",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
    ]) {
      for (const unit of ["day", "week", "month"] as const) {
        let period = calendar.periodAt(unit, timeZone, Date.UTC(2026, 0, 1));
        while (period.startsAt < Date.UTC(2027, 0, 9)) {
          const next = calendar.periodAt(unit, timeZone, period.endsAt);
          expect(next.startsAt).toBe(period.endsAt);
          expect(calendar.periodAt(unit, timeZone, period.endsAt - 1)).toEqual(period);
          period = next;
        }
      }
    }
  });

  it("counts days back over months", () => {
    expect(daysBefore("2028-03-01", 2)).toEqual(["2028-02-29", "2028-02-28"]);
  });
});
