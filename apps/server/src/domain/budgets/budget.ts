// A budget beside the one over a scope's whole life: how much may be spent in which time, and what happens when it is. Pure.

import type { Counted } from "#domain/access/scope.ts";

export const budgetSpans = ["total", "day", "week", "month", "rolling"] as const;
/** Of `rolling`, the last days, today among them; of the others, what the calendar calls so; `total` has no end. */
export type BudgetSpan = (typeof budgetSpans)[number];

export interface Increase {
  /** Nano-USD more, */
  readonly nanos: number;
  /** until then, in epoch ms. */
  readonly until: number;
}

export interface Budget {
  /** Differs between all budgets that a scope ever had: what is spent is counted by it. */
  readonly id: string;
  readonly span: BudgetSpan;
  /** Of `rolling`; otherwise 0. */
  readonly days: number;
  /** IANA's name of it: where its days begin. */
  readonly timeZone: string;
  readonly amountNanos: number;
  /** Epoch ms. What was spent before that it does not know. */
  readonly madeAt: number;
  /** In hundredths of what can be spent: whoever is told of budgets is told when one is passed. */
  readonly thresholds: readonly number[];
  /** So much of what was left of the last period is added at most; null: nothing. */
  readonly rolloverNanos: number | null;
  readonly increase: Increase | null;
  /** The alias that answers what the budget has no room for; null: that is refused. */
  readonly downgradeTo: string | null;
}

export const usualThresholds: readonly number[] = [80, 100];

/** Nano-USD, without what rolls over. */
export function amountAt({ amountNanos, increase }: Budget, at: number): number {
  return increase !== null && at < increase.until ? amountNanos + increase.nanos : amountNanos;
}

/** What is spent in a period of a budget is counted by the period's first day, and by whose it is. */
export function periodName(day: string, { id }: Pick<Budget, "id">): string {
  return `${day}/${id}`;
}

/** Of a budget that has no periods. It sorts behind all dates. */
export const endlessDay = "total";

/** Null of what is counted for no budget: the last hour or day. */
export function budgetIdOf(period: string): string | null {
  const at = period.indexOf("/");
  return at < 0 ? null : period.slice(at + 1);
}

/** Is money charged to it, or is it a window alone? */
export function isCharged({ period }: Counted): boolean {
  return period === undefined || period.includes("/");
}

/** As a usage record tells which periods it was charged to: `key:2026-11-30/1f2e3d4c,user:...`; null: to none. */
export function writePeriods(counted: readonly Counted[]): string | null {
  const charged = counted.filter((one) => one.period !== undefined && isCharged(one));
  return charged.length === 0 ? null : charged.map(({ kind, period }) => `${kind}:${period}`).join(",");
}

/** Of these scopes. A kind that is not among them is nobody's. */
export function readPeriods(text: string, scopes: readonly Counted[]): readonly Counted[] {
  return text.split(",").flatMap((one) => {
    const at = one.indexOf(":");
    const scope = scopes.find(({ kind }) => kind === one.slice(0, at));
    return scope === undefined ? [] : [{ kind: scope.kind, id: scope.id, period: one.slice(at + 1) }];
  });
}
