// Days, weeks and months as a time zone counts them. A day begins with the first moment that has its date there: where the clocks are
// put forward over midnight that is 01:00, and a day that a zone has left out has no length. Weeks begin on Monday. Pure.

export const dayMs = 24 * 60 * 60 * 1000;

export type CalendarUnit = "day" | "week" | "month";

export interface Period {
  /** The date of its first day, such as 2026-11-30. */
  readonly name: string;
  /** Epoch ms. */
  readonly startsAt: number;
  /** The first moment of the next one. */
  readonly endsAt: number;
}

export class Calendar {
  /** To make one costs more than to use it many times. */
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  periodAt(unit: CalendarUnit, timeZone: string, at: number): Period {
    const [first, next] = bounds[unit](this.#dayAt(timeZone, at));
    return { name: nameOf(first), startsAt: this.#startOf(timeZone, first), endsAt: this.#startOf(timeZone, next) };
  }

  /** The day of the week, 1 being Monday, and the minute of the day that the clocks there show. */
  clockAt(timeZone: string, at: number): { readonly weekday: number; readonly minute: number } {
    const shown = at + this.#offsetAt(timeZone, at);
    const day = Math.floor(shown / dayMs);
    return { weekday: ((day + 3) % 7) + 1, minute: Math.floor((shown - day * dayMs) / 60_000) };
  }

  /** Of two candidates one is right: the offset from UTC at its midnight is that of a day before or of a day after. */
  #startOf(timeZone: string, day: number): number {
    const midnight = day * dayMs;
    const [before, after] = [-dayMs, dayMs].map((ms) => midnight - this.#offsetAt(timeZone, midnight + ms));
    const starts = [before, after].filter((at): at is number => at !== undefined && this.#dayAt(timeZone, at) >= day);
    return Math.min(...starts);
  }

  /** Days since the beginning of 1970, on the calendar there. */
  #dayAt(timeZone: string, at: number): number {
    return Math.floor((at + this.#offsetAt(timeZone, at)) / dayMs);
  }

  /** What the clocks there are ahead of UTC. */
  #offsetAt(timeZone: string, at: number): number {
    const second = Math.floor(at / 1000) * 1000;
    const shown: Record<string, number> = {};
    for (const { type, value } of this.#formatOf(timeZone).formatToParts(second)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute: minutes = 0, second: seconds = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minutes, seconds) - second;
  }

  #formatOf(timeZone: string): Intl.DateTimeFormat {
    const known = this.#formats.get(timeZone);
    if (known !== undefined) return known;
    const format = new Intl.DateTimeFormat("en-US", { timeZone, ...shownFields });
    this.#formats.set(timeZone, format);
    return format;
  }
}

const numeric = "numeric" as const;
const shownFields = {
  ...({ calendar: "gregory", numberingSystem: "latn", hourCycle: "h23" } as const),
  ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
};

/** The first day of the one that holds this day, and of the next. */
const bounds: Readonly<Record<CalendarUnit, (day: number) => readonly [number, number]>> = {
  day: (day) => [day, day + 1],
  week: (day) => {
    // The first of January 1970 was a Thursday.
    const monday = day - ((day + 3) % 7);
    return [monday, monday + 7];
  },
  month: (day) => {
    const date = new Date(day * dayMs);
    const firstOf = (month: number): number => Date.UTC(date.getUTCFullYear(), month, 1) / dayMs;
    return [firstOf(date.getUTCMonth()), firstOf(date.getUTCMonth() + 1)];
  },
};

function nameOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** The days before one, the latest first. */
export function daysBefore(name: string, count: number): readonly string[] {
  const day = Date.parse(`${name}T00:00:00Z`) / dayMs;
  return Array.from({ length: count }, (_, index) => nameOf(day - 1 - index));
}
