import { queryOptions } from "@tanstack/react-query";
import type { Api } from "#api/api.tsx";
import type { Budget, BudgetKind, ScopeBudgetInput } from "#api/queries.ts";
import type { Call } from "#parts/versions.ts";
import { budgetKinds } from "./budget-kinds.ts";

interface Update {
  readonly params: { readonly id: string };
  readonly body: {
    readonly limits?: Budget["limits"];
    readonly budget_usd?: string | null;
    readonly budgets?: ScopeBudgetInput[];
  };
}

/** Limits and budgets are changed with whoever has them. */
export function updateHolder({ client }: Api, kind: BudgetKind, update: Update, call: Call): Promise<unknown> {
  const ways: Readonly<Record<BudgetKind, () => Promise<unknown>>> = {
    key: () => client.apiKeys.update(update, call),
    user: () => client.users.update(update, call),
    team: () => client.teams.update(update, call),
    organisation: () => client.organisations.update(update, call),
    alias: () => client.aliases.update(held(update), call),
    provider: () => client.providers.update(held(update), call),
  };
  return ways[kind]();
}

/** They have no budget over their whole life. */
function held({ params, body: { limits, budgets } }: Update) {
  return { params, body: { ...(limits !== undefined && { limits }), ...(budgets !== undefined && { budgets }) } };
}

export interface Holder {
  readonly limits: Budget["limits"];
  /** Over its whole life; absent where it can have none. */
  readonly budget_usd?: string | null;
}

/** As it is now: what is changed of it is held against its version. */
export function readHolder({ client }: Api, kind: BudgetKind, id: string, signal?: AbortSignal): Promise<Holder> {
  const read = { params: { id } };
  const options = signal === undefined ? {} : { signal };
  const ways: Readonly<Record<BudgetKind, () => Promise<Holder>>> = {
    key: () => client.apiKeys.get(read, options),
    user: () => client.users.get(read, options),
    team: () => client.teams.get(read, options),
    organisation: () => client.organisations.get(read, options),
    alias: () => client.aliases.get(read, options),
    provider: () => client.providers.get(read, options),
  };
  return ways[kind]();
}

export function holderQuery(api: Api, kind: BudgetKind, id: string) {
  return queryOptions({
    queryKey: [budgetKinds[kind].list, "holder", id],
    queryFn: ({ signal }) => readHolder(api, kind, id, signal),
  });
}
