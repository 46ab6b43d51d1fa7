// Who can have limits and budgets, and what the console says and asks about each.

import type { Permission } from "@ghostllm/contract";
import type { Budget, BudgetKind, SeriesQuery } from "#api/queries.ts";

type Holder = Pick<Budget, "id" | "name">;

interface KindOfHolder {
  readonly word: string;
  readonly words: string;
  readonly holder: string;
  readonly reads: Permission;
  readonly changes: Permission;
  /** Of the cache: what is read anew after a change. */
  readonly list: "keys" | "users" | "teams" | "organisations" | "aliases" | "providers";
  readonly page: "/keys/$id" | "/users/$id" | "/teams/$id" | "/organisations/$id" | "/aliases/$id" | "/providers/$id";
  /** How usage is asked for what was spent of it, and which requests those are in the list of them. */
  readonly usageOf: (holder: Holder) => SeriesQuery;
  readonly requestsOf: (holder: Holder) => Readonly<Record<string, string>>;
  /** Does it hold for all of several keys? */
  readonly hasKeys: boolean;
  /** Has it a budget over its whole life? Of others nothing is counted before they are held to something. */
  readonly hasLife: boolean;
}

export const budgetKinds: Readonly<Record<BudgetKind, KindOfHolder>> = {
  key: {
    ...{ word: "Key", words: "Keys", holder: "the key", reads: "keys.read", changes: "keys.update", list: "keys" },
    ...{ page: "/keys/$id", hasKeys: false, hasLife: true },
    ...{ usageOf: ({ id }) => ({ api_key_id: id }), requestsOf: ({ id }) => ({ key: id }) },
  },
  user: {
    ...{ word: "User", words: "Users", holder: "all keys of the user together", reads: "users.read" },
    ...{ changes: "users.update", list: "users", page: "/users/$id", hasKeys: true, hasLife: true },
    ...{ usageOf: ({ id }) => ({ user_id: id }), requestsOf: ({ id }) => ({ user: id }) },
  },
  team: {
    ...{ word: "Team", words: "Teams", holder: "all keys of the team together", reads: "teams.read" },
    ...{ changes: "teams.update", list: "teams", page: "/teams/$id", hasKeys: true, hasLife: true },
    ...{ usageOf: ({ id }) => ({ team_id: id }), requestsOf: ({ id }) => ({ team: id }) },
  },
  organisation: {
    ...{ word: "Organisation", words: "Organisations", holder: "all its teams together", reads: "organisations.read" },
    ...{ changes: "organisations.update", list: "organisations", page: "/organisations/$id" },
    ...{ hasKeys: true, hasLife: true },
    ...{ usageOf: ({ id }) => ({ organisation_id: id }), requestsOf: ({ id }) => ({ organisation: id }) },
  },
  alias: {
    ...{ word: "Alias", words: "Aliases", holder: "all that ask for it together", reads: "aliases.read" },
    ...{ changes: "aliases.update", list: "aliases", page: "/aliases/$id", hasKeys: true, hasLife: false },
    // Requests know the name by which they asked.
    ...{ usageOf: ({ name }) => ({ requested_model: name }), requestsOf: ({ name }) => ({ asked: name }) },
  },
  provider: {
    ...{ word: "Provider", words: "Providers", holder: "all attempts at it together", reads: "providers.read" },
    ...{ changes: "providers.update", list: "providers", page: "/providers/$id", hasKeys: true, hasLife: false },
    ...{ usageOf: ({ id }) => ({ provider_id: id }), requestsOf: ({ id }) => ({ provider: id }) },
  },
};

export const budgetKindNames = ["key", "user", "team", "organisation", "alias", "provider"] as const;

/** Of a word that a newer server may have, or that somebody has typed. */
export function budgetKindOf(text: string | undefined): BudgetKind {
  return budgetKindNames.find((name) => name === text) ?? "key";
}
