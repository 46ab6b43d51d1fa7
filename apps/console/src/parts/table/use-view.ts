import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { View } from "./columns.ts";

/** What a table shows, as the URL has it: a link to it shows the same. */
export function useView(): readonly [View, (change: Partial<View>) => void] {
  const search: Readonly<Record<string, string | undefined>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const view = useMemo((): View => {
    const { q = "", sort, page, columns } = search;
    return {
      filter: q,
      sort: sort?.replace(/^-/, "") ?? null,
      isDescending: sort?.startsWith("-") ?? false,
      page: Math.max(1, Math.trunc(Number(page ?? 1)) || 1),
      toggled: columns?.split(".").filter(Boolean) ?? [],
    };
  }, [search]);
  const change = (given: Partial<View>): void => {
    // Another order or another filter begins at the first page.
    const next = { ...view, page: 1, ...given };
    void navigate({
      to: ".",
      replace: true,
      search: (before: Readonly<Record<string, string | undefined>>) => ({ ...before, ...toSearch(next) }),
    });
  };
  return [view, change];
}

function toSearch({ filter, sort, isDescending, page, toggled }: View): Readonly<Record<string, string | undefined>> {
  return {
    q: filter === "" ? undefined : filter,
    sort: sort === null ? undefined : `${isDescending ? "-" : ""}${sort}`,
    page: page === 1 ? undefined : String(page),
    columns: toggled.length === 0 ? undefined : toggled.join("."),
  };
}
