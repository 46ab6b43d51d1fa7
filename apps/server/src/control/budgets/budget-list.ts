// Which budgets a list has, in which order: filtered and sorted here, since a forecast is nothing that a database knows. Pure.

import { nearPercent } from "#control/live/budget-watch.ts";
import type { BudgetHolder } from "#control/store/budget-store.ts";
import type { PeriodStanding } from "#domain/budgets/standing.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import { forecastOf, type Forecast } from "./forecast.ts";

export type BudgetState = "none" | "fine" | "near" | "reached";

/** Who can have a budget, and how it stands. */
export interface BudgetStanding {
  readonly holder: BudgetHolder;
  /** Null without a budget. */
  readonly percent: number | null;
  /** The worst of all that it has. */
  readonly state: BudgetState;
  readonly forecast: Forecast | null;
  /** Of its other budgets. */
  readonly periods: readonly StandingInPeriod[];
}

export interface StandingInPeriod extends PeriodStanding {
  readonly percent: number;
  readonly state: BudgetState;
  readonly forecast: Forecast | null;
}

export interface BudgetFilter {
  readonly kind?: ScopeKind | undefined;
  readonly q?: string | undefined;
}

export interface BudgetOrder {
  readonly by: "forecast" | "share" | "spent" | "budget" | "name";
  readonly isDescending: boolean;
}

export function standingOf(holder: BudgetHolder, present: readonly PeriodStanding[], now: number): BudgetStanding {
  const { budgetNanos, spentNanos } = holder;
  const percent = budgetNanos === null ? null : percentOf(budgetNanos, spentNanos);
  const periods = present.map((standing) => inPeriod(holder, standing, now));
  const all = [stateOf(percent, holder), ...periods.map(({ state }) => state)];
  const state = all.reduce((worst, one) => (severity.indexOf(one) > severity.indexOf(worst) ? one : worst));
  return { holder, percent, state, forecast: forecastOf(holder, now), periods };
}

const severity: readonly BudgetState[] = ["none", "fine", "near", "reached"];

/** It is foreseen to its end, with the rate of the last seven days; what slides over days has none. */
function inPeriod(holder: BudgetHolder, standing: PeriodStanding, now: number): StandingInPeriod {
  const { allowanceNanos: budgetNanos, spentNanos, budget, period } = standing;
  const { spentNanos: everSpentNanos } = holder;
  const percent = percentOf(budgetNanos, spentNanos);
  const state = stateOf(percent, { budgetNanos, spentNanos });
  const ends = [holder.endsAt, period.endsAt].filter((at) => at !== null);
  const endsAt = ends.length === 0 ? null : Math.min(...ends);
  const ofPeriod = { ...holder, budgetNanos, spentNanos, everSpentNanos, endsAt };
  const forecast = budget.span === "rolling" ? null : forecastOf(ofPeriod, now);
  return { ...standing, percent, state, forecast };
}

/** As exact as the question whether it is reached, which is asked of the amounts; as far as a number is. */
export function percentOf(budgetNanos: number, spentNanos: number): number {
  return budgetNanos === 0 ? 100 : Math.min(Number.MAX_SAFE_INTEGER, Math.floor((spentNanos / budgetNanos) * 100));
}

function stateOf(
  percent: number | null,
  { budgetNanos, spentNanos }: Pick<BudgetHolder, "budgetNanos" | "spentNanos">,
): BudgetState {
  if (percent === null || budgetNanos === null) return "none";
  if (spentNanos >= budgetNanos) return "reached";
  return percent >= nearPercent ? "near" : "fine";
}

/** Those of a kind that have every word. */
export function narrow(budgets: readonly BudgetStanding[], { kind, q = "" }: BudgetFilter): readonly BudgetStanding[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && kind === undefined) return budgets;
  return budgets.filter(({ holder: { scope, name, email, publicId } }) => {
    if (kind !== undefined && scope.kind !== kind) return false;
    if (words.length === 0) return true;
    const text = `${name}\n${email}\n${publicId ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function countStates(budgets: readonly BudgetStanding[]): Record<BudgetState, number> {
  const counts = { none: 0, fine: 0, near: 0, reached: 0 };
  for (const { state } of budgets) counts[state] += 1;
  return counts;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** What has no budget has no place in an order of budgets: it comes last. */
export function sortBudgets(
  budgets: readonly BudgetStanding[],
  { by, isDescending }: BudgetOrder,
): readonly BudgetStanding[] {
  const sign = isDescending ? -1 : 1;
  if (by === "name")
    return budgets.toSorted(
      (one, other) => sign * collator.compare(one.holder.name, other.holder.name) || byId(one, other),
    );
  const rank = ranks[by];
  const ranked = budgets.map((budget) => ({ budget, rank: rank(budget) }));
  return ranked
    .toSorted((one, other) => compare(one.rank, other.rank, sign) || byId(one.budget, other.budget))
    .map(({ budget }) => budget);
}

const ranks: Readonly<Record<Exclude<BudgetOrder["by"], "name">, (budget: BudgetStanding) => number | null>> = {
  share: shareOf,
  spent: ({ holder }) => holder.spentNanos,
  budget: ({ holder }) => holder.budgetNanos,
  forecast: timeOf,
};

/** One that allows nothing is at its cap, whatever was spent. */
function shareOf({ holder: { budgetNanos, spentNanos } }: BudgetStanding): number | null {
  if (budgetNanos === null) return null;
  return budgetNanos === 0 ? 1 + spentNanos : spentNanos / budgetNanos;
}

/** Epoch ms beyond every forecast, and how far its share moves a budget among its equals at most. */
const never = 1e15;
const mostMoved = 1e12;

/** When its end is met, in epoch ms: one that is reached has met it, one that lasts never does, and the fuller is the nearer. */
function timeOf(budget: BudgetStanding): number | null {
  const { forecast } = budget;
  const share = shareOf(budget);
  if (forecast === null || share === null) return null;
  if (forecast.outcome === "reached") return -Math.min(share, mostMoved);
  return forecast.exhaustedAt ?? never - Math.min(share, 1) * mostMoved;
}

function compare(one: number | null, other: number | null, sign: number): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return sign * (one - other);
}

/** So that pages repeat nothing and leave nothing out. */
function byId({ holder: { scope: one } }: BudgetStanding, { holder: { scope: other } }: BudgetStanding): number {
  if (one.kind !== other.kind) return one.kind < other.kind ? -1 : 1;
  return one.id < other.id ? -1 : Number(one.id > other.id);
}
