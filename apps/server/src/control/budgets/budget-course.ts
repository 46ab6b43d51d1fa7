// What was spent of a budget in all, at the end of each hour or day since it began, beside what would have been were it spent evenly. Pure.

import type { BudgetHolder, SpentInBucket } from "#control/store/budget-store.ts";
import { hourMs } from "./forecast.ts";

const dayMs = 24 * hourMs;
/** As many hours as a chart has room for. */
const longestOfHours = 8 * dayMs;

export interface CoursePlan {
  readonly bucket: "hour" | "day";
  /** Epoch ms: the hour in which it began. */
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  /** What the reader's clock is ahead of UTC. */
  readonly offsetMs: number;
}

export interface Course {
  readonly times: readonly number[];
  readonly spentNanos: readonly number[];
  /** Null where the budget does not end. */
  readonly evenNanos: readonly number[] | null;
}

export function planCourse({ createdAt }: Pick<BudgetHolder, "createdAt">, now: number, offsetMs: number): CoursePlan {
  const from = Math.min(createdAt, now);
  const isByHour = now - from <= longestOfHours;
  return {
    ...{ from: from - (from % hourMs), to: now },
    ...(isByHour
      ? { bucket: "hour", bucketMs: hourMs, offsetMs: 0 }
      : { bucket: "day", bucketMs: dayMs, offsetMs: Math.round(offsetMs / hourMs) * hourMs }),
  };
}

type Spender = Pick<BudgetHolder, "budgetNanos" | "spentNanos" | "endsAt">;

/**
 * Counted back from what is known to be spent: what was charged beyond the cost of requests is in no bucket, and stands at the
 * beginning.
 */
export function courseOf(plan: CoursePlan, spent: readonly SpentInBucket[], holder: Spender): Course {
  const { bucketMs, from, to } = plan;
  const byBucket = new Map(spent.map(({ at, nanos }) => [at, nanos]));
  const starts: number[] = [];
  for (let at = from - ((from + plan.offsetMs) % bucketMs); at < to; at += bucketMs) starts.push(at);
  const times = [from, ...starts.map((at) => Math.min(to, at + bucketMs))];
  let total = holder.spentNanos - spent.reduce((sum, { nanos }) => sum + nanos, 0);
  const spentNanos = [total, ...starts.map((at) => (total += byBucket.get(at) ?? 0))].map((nanos) =>
    Math.max(0, nanos),
  );
  return { times, spentNanos, evenNanos: evenly(times, from, holder) };
}

function evenly(times: readonly number[], from: number, { budgetNanos, endsAt }: Spender): readonly number[] | null {
  if (budgetNanos === null || endsAt === null || endsAt <= from) return null;
  return times.map((time) => Math.round(budgetNanos * Math.min(1, (time - from) / (endsAt - from))));
}
