// The figures of the cards: what each is, how it has changed, and whether that is good.

import type { UsageSeries } from "#api/queries.ts";
import { splitMoney } from "#format/money.ts";
import { formatCount, formatShare, formatShort } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { isLastOpen } from "#parts/chart/open-bucket.ts";

type Measures = UsageSeries["sum"]["total"];
type Points = NonNullable<UsageSeries["sum"]["points"]>;

export interface Figure {
  readonly name: string;
  /** Large, and its unit or rest, small. */
  readonly value: readonly [string, string];
  readonly change: string;
  readonly changeTone: "good" | "bad" | "none";
  readonly course: readonly (number | null)[];
  readonly colour: string;
}

export function figuresOf(series: UsageSeries): readonly Figure[] {
  const { total, previous, points } = series.sum;
  if (points === null) return [];
  const figures = figuresOfSum(total, previous, points);
  // What an hour has so far would be drawn as a fall.
  const isCut = points.requests.length > 2 && isLastOpen(series);
  return isCut ? figures.map((one) => ({ ...one, course: one.course.slice(0, -1) })) : figures;
}

function figuresOfSum(total: Measures, previous: Measures | null, points: Points): readonly Figure[] {
  return [
    {
      ...{ name: "Requests", value: [formatCount(total.requests), ""], course: points.requests, colour: "--chart-1" },
      ...growth(total.requests, previous?.requests),
    },
    {
      ...{ name: "Spend", value: splitMoney(total.cost_usd), course: points.cost_usd.map(Number), colour: "--chart-2" },
      ...growth(Number(total.cost_usd), toNumber(previous?.cost_usd)),
    },
    tokens(total, previous, points),
    errors(total, previous, points),
    firstToken(total, previous, points),
    Number(total.saved_usd) > 0 ? saved(total, points) : cached(total, points),
  ];
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

type Change = Pick<Figure, "change" | "changeTone">;

function growth(now: number, before: number | undefined): Change {
  if (before === undefined || before === 0)
    return { change: before === 0 && now > 0 ? "new" : "—", changeTone: "none" };
  const more = (now - before) / before;
  return { change: `${sign(more)}${formatShare(Math.abs(more))}`, changeTone: "none" };
}

function sign(value: number): string {
  return value < 0 ? "−" : "+";
}

function tokensOf({ prompt_tokens, completion_tokens }: Pick<Measures, "prompt_tokens" | "completion_tokens">): number {
  return prompt_tokens + completion_tokens;
}

function tokens(total: Measures, previous: Measures | null, points: Points): Figure {
  const [, number = "", unit = ""] = /^([\d.,]+)(\D*)$/.exec(formatShort(tokensOf(total))) ?? [];
  return {
    ...{ name: "Tokens", value: [number, unit], colour: "--chart-4" },
    course: points.prompt_tokens.map((count, at) => count + (points.completion_tokens[at] ?? 0)),
    ...growth(tokensOf(total), previous === null ? undefined : tokensOf(previous)),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function errors(total: Measures, previous: Measures | null, points: Points): Figure {
  const now = share(total.errors, total.requests);
  const before = previous === null || previous.requests === 0 ? null : share(previous.errors, previous.requests);
  const difference = before === null ? null : (now - before) * 100;
  return {
    name: "Errors",
    value: [formatShare(now).replace(" %", ""), "%"],
    course: points.errors.map((count, at) => share(count, points.requests[at] ?? 0)),
    colour: "--chart-5",
    change: difference === null ? "—" : `${sign(difference)}${Math.abs(difference).toFixed(2)} pt`,
    changeTone: toneOf(difference, 0.05),
  };
}

/** Less is better. */
function toneOf(difference: number | null, least: number): Figure["changeTone"] {
  if (difference === null || Math.abs(difference) < least) return "none";
  return difference < 0 ? "good" : "bad";
}

function firstToken(total: Measures, previous: Measures | null, points: Points): Figure {
  const now = total.ttft_ms?.p95 ?? null;
  const before = previous?.ttft_ms?.p95 ?? null;
  const difference = now === null || before === null ? null : now - before;
  const [number = "—", unit = ""] = now === null ? [] : formatDuration(now).split(" ");
  return {
    ...{ name: "First token p95", value: [number, unit], course: points.ttft_p95_ms, colour: "--chart-3" },
    change: difference === null ? "—" : `${sign(difference)}${formatDuration(Math.abs(difference))}`,
    changeTone: toneOf(difference, 20),
  };
}

/** By answers that were kept, beside what the vendors were paid. */
function saved({ saved_usd: amount, cost_usd: cost }: Measures, points: Points): Figure {
  const part = share(Number(amount), Number(amount) + Number(cost));
  return {
    ...{ name: "Saved by cache", value: splitMoney(amount), course: points.saved_usd.map(Number) },
    ...{ colour: "--chart-7", change: `${formatShare(part)} of the bill`, changeTone: "none" },
  };
}

function cached(total: Measures, points: Points): Figure {
  const now = share(total.cached_tokens, total.prompt_tokens);
  return {
    name: "Read from cache",
    value: [formatShare(now).replace(" %", ""), "%"],
    course: points.cached_tokens.map((count, at) => share(count, points.prompt_tokens[at] ?? 0)),
    colour: "--chart-7",
    change: "of input, at vendors",
    changeTone: "none",
  };
}
