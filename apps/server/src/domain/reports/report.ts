// What a report is of, and when it is due. Pure.

import type { Calendar, CalendarUnit, Period } from "#domain/budgets/calendar.ts";

export const reportUnits = ["day", "week", "month"] as const satisfies readonly CalendarUnit[];

export interface ReportSchedule {
  /** At the beginning of each of these. */
  readonly unit: CalendarUnit;
  /** So many hours into its first day. */
  readonly hour: number;
  /** IANA's name. */
  readonly timeZone: string;
}

export const reportDimensions = [
  "model",
  "provider",
  "key",
  "user",
  "team",
  "organisation",
  "alias",
  "status",
] as const;
export type ReportDimension = (typeof reportDimensions)[number];

export interface ReportContent {
  readonly dimensions: readonly ReportDimension[];
  /** The last so many whole periods before it is due. */
  readonly periods: number;
  readonly filter: {
    readonly userId?: string | undefined;
    readonly teamId?: string | undefined;
    readonly organisationId?: string | undefined;
    readonly apiKeyId?: string | undefined;
    readonly providerId?: string | undefined;
    readonly model?: string | undefined;
  };
}

const hourMs = 60 * 60 * 1_000;

/** The first due time behind this moment. */
export function dueAfter(calendar: Calendar, { unit, hour, timeZone }: ReportSchedule, at: number): number {
  let period = calendar.periodAt(unit, timeZone, at);
  // At a beginning whose hour is over the next one is meant.
  while (period.startsAt + hour * hourMs <= at) period = calendar.periodAt(unit, timeZone, period.endsAt);
  return period.startsAt + hour * hourMs;
}

export interface DueTimes {
  /** The last one that has come. */
  readonly last: number;
  /** How many came before it. */
  readonly missed: number;
  readonly next: number;
}

/** Of due times that nobody was there for the last one counts: it tells of the others. */
export function dueTimes(calendar: Calendar, schedule: ReportSchedule, first: number, now: number): DueTimes {
  let [last, missed] = [first, 0];
  for (;;) {
    const next = dueAfter(calendar, schedule, last);
    if (next > now) return { last, missed, next };
    last = next;
    missed += 1;
  }
}

/** Whole ones that are over at that moment, the oldest first. */
export function periodsBefore(
  calendar: Calendar,
  schedule: ReportSchedule,
  at: number,
  count: number,
): readonly Period[] {
  const { unit, timeZone } = schedule;
  const periods: Period[] = [];
  let { startsAt } = calendar.periodAt(unit, timeZone, at);
  while (periods.length < count) {
    const period = calendar.periodAt(unit, timeZone, startsAt - 1);
    periods.unshift(period);
    ({ startsAt } = period);
  }
  return periods;
}
