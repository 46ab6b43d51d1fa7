// What happens at the cap of a budget that says so: a cheaper alias answers, past that budget and within all others. What it costs is
// charged to all of them. Called by admit.ts.

import type { Counted } from "#domain/access/scope.ts";
import { budgetIdOf } from "#domain/budgets/budget.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import type { LimitedScope } from "#domain/principal.ts";
import type { CountedScope, Refusal } from "#link/counters.ts";
import type { Candidates } from "./resolve.ts";

export interface Downgraded {
  readonly alias: string;
  /** Of the budget that is at its cap. */
  readonly refusal: Refusal;
  readonly candidates: Candidates;
}

export interface Asked {
  readonly scopes: readonly LimitedScope[];
  readonly candidates: Candidates;
  /** Where an alias may answer in the place of what was asked for; null where there is no such alias. */
  readonly findAlias: ((name: string) => Candidates | null) | null;
}

/** Null: it is refused. A name that no alias has any more helps nobody. */
export function aliasInstead({ scopes, candidates, findAlias }: Asked, refusal: Refusal): Downgraded | null {
  const { reason, scope } = refusal;
  if (reason !== "budget" || findAlias === null) return null;
  const alias = budgetOf(scopes, scope)?.downgradeTo ?? null;
  const found = alias === null ? null : findAlias(alias);
  if (alias === null || found === null) return null;
  // The client goes on to know it by the name that it asked for.
  return { alias, refusal, candidates: { ...found, requested: candidates.requested } };
}

export function budgetOf(scopes: readonly LimitedScope[], { kind, id, period }: Counted): Budget | undefined {
  const budgetId = period === undefined ? null : budgetIdOf(period);
  const { budgets = [] } = scopes.find((scope) => scope.kind === kind && scope.id === id) ?? {};
  return budgets.find((budget) => budget.id === budgetId);
}

/** What is spent of it is counted on. */
export function withoutBudget(
  counted: readonly CountedScope[],
  { kind, id, period }: Counted,
): readonly CountedScope[] {
  return counted.map((one) => {
    if (one.kind !== kind || one.id !== id || one.period !== period) return one;
    const { earlier: _, rollover: __, ...rest } = one;
    return { ...rest, budgetNanos: null };
  });
}
