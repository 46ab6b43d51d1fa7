// The course of a budget as lines: what was spent, what is foreseen, the even line to its end, and the cap above.

import type { BudgetDetail } from "#api/queries.ts";
import type { Line } from "#parts/chart/line-chart.tsx";

export interface BurnDown {
  /** Epoch ms: those of the course, and when the forecast ends. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

interface Point {
  readonly at: number;
  readonly usd: number;
}

export function burnDownOf({ budget, course }: BudgetDetail): BurnDown {
  const times = course.times.map((time) => Date.parse(time));
  const spent = course.spent_usd.map(Number);
  const now: Point = { at: times.at(-1) ?? 0, usd: spent.at(-1) ?? 0 };
  const foreseen = foreseenOf(budget, now, times[0] ?? now.at);
  const all = foreseen === null ? times : [...times, foreseen.at];
  const beyond = <Value>(value: Value): readonly Value[] => (foreseen === null ? [] : [value]);
  const lines: Line[] = [
    {
      ...{ key: "spent", label: "Spent", colour: "--chart-1", isFilled: true },
      values: [...spent, ...beyond(null)],
    },
  ];
  if (foreseen !== null) {
    const values = [...spent.map((usd, index) => (index === spent.length - 1 ? usd : null)), foreseen.usd];
    lines.push({ key: "forecast", label: "At this rate", colour: "--chart-1", isDashed: true, values });
  }
  const even = evenOf(budget, course, foreseen);
  if (even !== null) lines.push({ key: "even", label: "Evenly", colour: "--chart-8", isDashed: true, values: even });
  if (budget.budget_usd !== null) {
    const cap = Number(budget.budget_usd);
    lines.push({ key: "cap", label: "Cap", colour: "--bad", values: all.map(() => cap) });
  }
  return { times: all, lines };
}

/** Where the forecast leads: to the cap, or to the end. What is far away is cut, so that it does not push together what was. */
function foreseenOf({ budget_usd: cap, ends_at: endsAt, forecast }: BudgetDetail["budget"], now: Point, from: number) {
  if (cap === null || forecast === null) return null;
  const end = endOf(forecast, Number(cap), endsAt);
  if (end === null || end.at <= now.at) return null;
  const longest = Math.max(now.at - from, 7 * 86_400_000);
  if (end.at - now.at <= longest) return end;
  const part = longest / (end.at - now.at);
  return { at: now.at + longest, usd: now.usd + (end.usd - now.usd) * part };
}

type Forecast = NonNullable<BudgetDetail["budget"]["forecast"]>;

function endOf({ exhausted_at: exhaustedAt, at_end_usd: atEnd }: Forecast, cap: number, endsAt: string | null) {
  if (exhaustedAt !== null) return { at: Date.parse(exhaustedAt), usd: cap };
  return endsAt === null || atEnd === null ? null : { at: Date.parse(endsAt), usd: Number(atEnd) };
}

/** It is straight, so that it goes on as it went. */
function evenOf(
  { budget_usd: cap, ends_at: endsAt }: BudgetDetail["budget"],
  { times, even_usd: even }: BudgetDetail["course"],
  foreseen: Point | null,
): readonly number[] | null {
  if (even === null || cap === null || endsAt === null) return null;
  const values = even.map(Number);
  if (foreseen === null) return values;
  const from = Date.parse(times[0] ?? "");
  const share = Math.min(1, (foreseen.at - from) / (Date.parse(endsAt) - from));
  return [...values, Number(cap) * share];
}
