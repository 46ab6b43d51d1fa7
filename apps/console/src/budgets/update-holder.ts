import type { Api } from "#api/api.tsx";
import type { Budget, BudgetKind, ScopeBudgetInput } from "#api/queries.ts";

interface Update {
  readonly params: { readonly id: string };
  readonly body: {
    readonly limits?: Budget["limits"];
    readonly budget_usd?: string | null;
    readonly budgets?: ScopeBudgetInput[];
  };
}

/** Limits and budgets are changed with whoever has them. */
export function updateHolder({ client }: Api, kind: BudgetKind, update: Update): Promise<unknown> {
  const ways: Readonly<Record<BudgetKind, () => Promise<unknown>>> = {
    key: () => client.apiKeys.update(update),
    user: () => client.users.update(update),
    team: () => client.teams.update(update),
    organisation: () => client.organisations.update(update),
    alias: () => client.aliases.update(held(update)),
    provider: () => client.providers.update(held(update)),
  };
  return ways[kind]();
}

/** They have no budget over their whole life. */
function held({ params, body: { limits, budgets } }: Update) {
  return { params, body: { ...(limits !== undefined && { limits }), ...(budgets !== undefined && { budgets }) } };
}
