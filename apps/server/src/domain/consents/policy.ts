// Which requests wait for somebody's consent. Plain data, which crosses to other threads, and the rules that read it. Pure.

import type { FoundClass, PrivacyCount } from "@ghostllm/contract";
import type { Calendar } from "#domain/budgets/calendar.ts";

export type ConsentHolder =
  { readonly kind: "everyone" } | { readonly kind: "key" | "user" | "team"; readonly id: string };

/** When it holds, by the clocks of a time zone. */
export interface ConsentHours {
  readonly timeZone: string;
  /** 1 is Monday; a span over midnight belongs to the day on which it begins. */
  readonly weekdays: readonly number[];
  /** Minutes of the day. The same twice: all day. */
  readonly from: number;
  readonly to: number;
  /** It holds at all other times. */
  readonly isOutside: boolean;
}

/** All of them must be met; null: it does not matter. */
export interface ConsentConditions {
  /** Patterns, as in the permissions of a key. */
  readonly models: readonly string[] | null;
  /** Nano-USD: what the request may cost at the most is more, or nobody can say. */
  readonly aboveNanos: number | null;
  /** The privacy policy of the caller has found one of these. */
  readonly classes: readonly FoundClass[] | null;
  readonly hours: ConsentHours | null;
}

export interface ConsentPolicy {
  readonly id: string;
  readonly name: string;
  readonly holder: ConsentHolder;
  readonly conditions: ConsentConditions;
  /** For how long a decision counts, unless whoever decides says otherwise. */
  readonly validMs: number;
}

export interface ConsentFacts {
  /** By which names its models may be known. Null: any model may answer. */
  readonly isNamed: ((patterns: readonly string[]) => boolean) | null;
  /** Null where nobody can say. */
  readonly costNanos: () => number | null;
  readonly found: readonly PrivacyCount[];
  /** Epoch ms. */
  readonly now: number;
  readonly calendar: Calendar;
}

export function isHeld({ models, aboveNanos, classes, hours }: ConsentConditions, facts: ConsentFacts): boolean {
  if (models !== null && facts.isNamed !== null && !facts.isNamed(models)) return false;
  if (classes !== null && !facts.found.some((one) => classes.includes(one.class))) return false;
  if (hours !== null && !isWithin(hours, facts)) return false;
  return aboveNanos === null || (facts.costNanos() ?? Infinity) > aboveNanos;
}

function isWithin(hours: ConsentHours, { now, calendar }: ConsentFacts): boolean {
  const { timeZone, weekdays, from, to, isOutside } = hours;
  const { weekday, minute } = calendar.clockAt(timeZone, now);
  const dayBefore = weekday === 1 ? 7 : weekday - 1;
  const isIn =
    from < to
      ? weekdays.includes(weekday) && minute >= from && minute < to
      : from === to
        ? weekdays.includes(weekday)
        : (weekdays.includes(weekday) && minute >= from) || (weekdays.includes(dayBefore) && minute < to);
  return isIn !== isOutside;
}
