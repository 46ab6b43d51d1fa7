// Saved views: what of a page's URL is in one, and where it leads.

import type { ViewPage } from "@ghostllm/contract/routes";
import { viewParameters } from "#api/contract-facts.at-build.ts";
import type { SavedView } from "#api/queries.ts";

type Search = Readonly<Record<string, string | undefined>>;

/** What the page is about, and not where one has come to in it, nor which dialog is open. */
export function searchOf(page: ViewPage, url: Search): Record<string, string> {
  return Object.fromEntries(
    viewParameters[page].flatMap((name): [string, string][] => {
      const value = url[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}

export function pathOf({ page, search }: Pick<SavedView, "page" | "search">): string {
  const query = new URLSearchParams(search).toString();
  return query === "" ? `/${page}` : `/${page}?${query}`;
}

export function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
