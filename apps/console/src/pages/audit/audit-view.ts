// Which entries are shown, as the URL has it.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { AuditQuery, TimeSpan } from "#api/queries.ts";

const filterNames = ["kind", "outcome", "actor"] as const;
export type FilterName = (typeof filterNames)[number];
type Search = Readonly<Record<string, string | undefined>>;

export interface AuditView {
  readonly filter: Readonly<Partial<Record<FilterName, string>>>;
  readonly words: string;
  setFilter(name: FilterName, value: string): void;
  clear(): void;
}

const outcomes = ["done", "refused", "failed"] as const;

export function useAuditView(): AuditView {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  return useMemo(() => {
    const change = (changed: Search): void =>
      void navigate({
        to: ".",
        replace: true,
        search: (before: Search) => ({ ...before, ...changed, page: undefined }),
      });
    const given = filterNames.flatMap((name): [FilterName, string][] => {
      const value = search[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    });
    return {
      filter: Object.fromEntries(given),
      words: search["q"] ?? "",
      setFilter: (name, value) => change({ [name]: value === "" ? undefined : value }),
      clear: () => change(Object.fromEntries(filterNames.map((name) => [name, undefined]))),
    };
  }, [search, navigate]);
}

/** As the server is asked. */
export function toQuery({ filter, words }: Pick<AuditView, "filter" | "words">, span: Partial<TimeSpan>): AuditQuery {
  const outcome = outcomes.find((one) => one === filter.outcome);
  return {
    ...span,
    ...(filter.kind !== undefined && { action: `${filter.kind}.` }),
    ...(outcome !== undefined && { outcome }),
    ...(filter.actor !== undefined && { actor: filter.actor }),
    ...(words.trim() !== "" && { q: words.trim() }),
  };
}
