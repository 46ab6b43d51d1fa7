// The budgets that somebody has, of which one is changed. The server is told all of them: they are read just before, so that what others
// have changed meanwhile stays.

import { ClientError, etagOf, useApi } from "#api/api.tsx";
import type { Api } from "#api/api.tsx";
import type { Budget, BudgetKind, ScopeBudgetInput } from "#api/queries.ts";
import { useChanged } from "#parts/use-changed.ts";
import { budgetKindOf, budgetKinds } from "./budget-kinds.ts";
import { toInput } from "./period-values.ts";
import { readHolder, updateHolder } from "./update-holder.ts";

/** Null for a new one, and of what ends. */
type ChangeOne = (present: ScopeBudgetInput | null) => ScopeBudgetInput | null;

export function useChangeBudgets(holder: Budget): (id: string | null, change: ChangeOne) => Promise<void> {
  const api = useApi();
  const changed = useChanged();
  const kind = budgetKindOf(holder.kind);
  return async (id, change) => {
    let left = mostTries;
    while (!(await tryChange(api, { kind, holderId: holder.id, id, change, isLast: (left -= 1) === 0 })));
    await changed(holder.name, "budgets", budgetKinds[kind].list);
  };
}

/** Whoever is overtaken by others begins anew. */
const mostTries = 4;

interface Asked {
  readonly kind: BudgetKind;
  readonly holderId: string;
  readonly id: string | null;
  readonly change: ChangeOne;
  readonly isLast: boolean;
}

/** False where somebody has changed the holder meanwhile. */
async function tryChange(api: Api, { kind, holderId, id, change, isLast }: Asked): Promise<boolean> {
  const ifMatch = etagOf(await readHolder(api, kind, holderId));
  const { budget } = await api.client.budgets.get({ params: { kind, id: holderId }, query: {} });
  const before = budget.budgets.map(toInput);
  const found = before.findIndex((one) => one.id === id);
  if (id !== null && found < 0) throw new Error("This budget has been ended meanwhile.");
  const place = id === null ? before.length : found;
  const made = change(before[place] ?? null);
  const budgets = [...before.slice(0, place), ...(made === null ? [] : [made]), ...before.slice(place + 1)];
  try {
    await updateHolder(api, kind, { params: { id: holderId }, body: { budgets } }, { ifMatch });
    return true;
  } catch (error) {
    const isOvertaken = error instanceof ClientError && error.code === "precondition_failed";
    if (isOvertaken && !isLast) return false;
    throw aboutOne(error, place);
  }
}

/** The server speaks of the whole list: `budgets[2].amount_usd`. A form has one of it, and calls that `amount_usd`. */
function aboutOne(error: unknown, place: number): unknown {
  if (!(error instanceof ClientError) || error.param === undefined) return error;
  const { message, param, status, code, requestId } = error;
  const prefix = [`budgets[${place}].`, `budgets.${place}.`].find((one) => param.startsWith(one));
  if (prefix === undefined) return error;
  const words = message.startsWith(`${param}: `) ? message.slice(param.length + 2) : message;
  return new ClientError(words, { status, code, requestId, param: param.slice(prefix.length) });
}
