// Who can have a budget, and what the console says and asks about each.

import type { Permission } from "@ghostllm/contract";
import type { BudgetKind } from "#api/queries.ts";

interface KindOfHolder {
  readonly word: string;
  readonly words: string;
  readonly holder: string;
  readonly reads: Permission;
  readonly changes: Permission;
  /** Of the cache: what is read anew after a change. */
  readonly list: "keys" | "users" | "teams" | "organisations";
  readonly page: "/keys/$id" | "/users/$id" | "/teams/$id" | "/organisations/$id";
  /** The parameter of usage by which it is told apart. */
  readonly filter: "api_key_id" | "user_id" | "team_id" | "organisation_id";
  /** Does it hold for all of several keys? */
  readonly hasKeys: boolean;
}

export const budgetKinds: Readonly<Record<BudgetKind, KindOfHolder>> = {
  key: {
    ...{ word: "Key", words: "Keys", holder: "the key", reads: "keys.read", changes: "keys.update", list: "keys" },
    ...{ page: "/keys/$id", filter: "api_key_id", hasKeys: false },
  },
  user: {
    ...{ word: "User", words: "Users", holder: "all keys of the user together", reads: "users.read" },
    ...{ changes: "users.update", list: "users", page: "/users/$id", filter: "user_id", hasKeys: true },
  },
  team: {
    ...{ word: "Team", words: "Teams", holder: "all keys of the team together", reads: "teams.read" },
    ...{ changes: "teams.update", list: "teams", page: "/teams/$id", filter: "team_id", hasKeys: true },
  },
  organisation: {
    ...{ word: "Organisation", words: "Organisations", holder: "all its teams together", reads: "organisations.read" },
    ...{
      changes: "organisations.update",
      list: "organisations",
      page: "/organisations/$id",
      filter: "organisation_id",
      hasKeys: true,
    },
  },
};

const names = ["key", "user", "team", "organisation"] as const;

/** Of a word that a newer server may have, or that somebody has typed. */
export function budgetKindOf(text: string | undefined): BudgetKind {
  return names.find((name) => name === text) ?? "key";
}
