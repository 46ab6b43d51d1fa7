// What a budget is called in words, wherever one is shown.

import type { Budget } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatAgo, formatDay } from "#format/time.ts";
import type { Tone } from "#parts/status.tsx";

const states: Readonly<Record<string, { readonly tone: Tone; readonly word: string }>> = {
  none: { tone: "off", word: "no budget" },
  fine: { tone: "good", word: "fine" },
  near: { tone: "warn", word: "near its cap" },
  reached: { tone: "bad", word: "at its cap" },
};

/** A newer server may know more of them. */
export function stateOf({ state }: Pick<Budget, "state">): { readonly tone: Tone; readonly word: string } {
  return states[state] ?? { tone: "off", word: state };
}

type Forecasted = Pick<Budget, "forecast" | "ends_at">;
type Forecast = NonNullable<Budget["forecast"]>;

/** `Cap in 3 days`, `Lasts until Dec 3`; null without a budget. */
export function forecastWords({ forecast, ends_at: endsAt }: Forecasted, now: number): string | null {
  if (forecast === null) return null;
  const { outcome, exhausted_at: exhaustedAt } = forecast;
  if (outcome === "exhausts") return `Cap ${whenWords(exhaustedAt ?? now, now)}`;
  if (outcome === "lasts") return endsAt === null ? "Lasts for years" : `Lasts until ${formatDay(endsAt)}`;
  return words[outcome] ?? outcome;
}

const fortnightMs = 14 * 86_400_000;

/** What is further away is told by its date: nobody counts so many days. */
function whenWords(time: string | number, now: number): string {
  return new Date(time).getTime() - now <= fortnightMs ? formatAgo(time, now) : `on ${formatDay(time, now)}`;
}

const words: Readonly<Record<string, string>> = {
  reached: "Refusing requests",
  idle: "Not used for 7 days",
  too_little_data: "Too little data",
  ended: "Ended",
};

/** What it rests on. */
export function basisWords(forecast: Forecast): string {
  const { per_day_usd: perDay, recent_usd: recent, since, exhausted_at: exhaustedAt, at_end_usd: atEnd } = forecast;
  const spent = `${formatMoney(recent)} since ${formatDay(since)}`;
  if (perDay === null) return `${spent}: nothing can be said before a day lies between the first request and the last`;
  const until = exhaustedAt === null ? "" : `, until ${formatDay(exhaustedAt)}`;
  const inTheEnd = atEnd === null ? "" : `, ${formatMoney(atEnd)} in the end`;
  return `At ${formatMoney(perDay)} a day, as since ${formatDay(since)}${until}${inTheEnd}`;
}
