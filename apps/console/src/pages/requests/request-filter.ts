// Which requests are shown, in which order, as the URL has it.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { RequestRow, RequestsQuery, TimeSpan } from "#api/queries.ts";

const places = ["provider", "key", "user", "team", "organisation"] as const;
const filterNames = ["id", "model", "asked", ...places, "status", "streamed"] as const;
export type FilterName = (typeof filterNames)[number];
export type RequestFilter = Readonly<Partial<Record<FilterName, string>>>;

export const statuses = ["ok", "failed", "error", "client_abort", "timeout", "shutdown"] as const;
const orders = ["time", "cost", "latency", "first_token", "tokens"] as const;
export type OrderBy = (typeof orders)[number];

export interface RequestOrder {
  readonly by: OrderBy;
  readonly isAscending: boolean;
}

const newestFirst: RequestOrder = { by: "time", isAscending: false };

type Search = Readonly<Record<string, string | undefined>>;

export interface RequestView {
  readonly filter: RequestFilter;
  readonly order: RequestOrder;
  setFilter(name: FilterName, value: string): void;
  setOrder(order: RequestOrder): void;
  clear(): void;
}

export function useRequestView(): RequestView {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  return useMemo(() => {
    const change = (changed: Search): void =>
      void navigate({ to: ".", replace: true, search: (before: Search) => ({ ...before, ...changed }) });
    return {
      filter: filterOf(search),
      order: orderOf(search["sort"]),
      setFilter: (name, value) => change({ [name]: value === "" ? undefined : value }),
      setOrder: (order) => change({ sort: toSort(order) }),
      clear: () => change(Object.fromEntries(filterNames.map((name) => [name, undefined]))),
    };
  }, [search, navigate]);
}

function filterOf(search: Search): RequestFilter {
  const given = filterNames.flatMap((name): [FilterName, string][] => {
    const value = search[name];
    return value === undefined || value === "" ? [] : [[name, value]];
  });
  return Object.fromEntries(given);
}

function orderOf(sort: string | undefined): RequestOrder {
  const by = orders.find((one) => one === sort?.replace(/^-/, ""));
  return by === undefined ? newestFirst : { by, isAscending: sort?.startsWith("-") === false };
}

function toSort({ by, isAscending }: RequestOrder): string | undefined {
  if (isNewestFirst({ by, isAscending })) return undefined;
  return isAscending ? by : `-${by}`;
}

export function isNewestFirst({ by, isAscending }: RequestOrder): boolean {
  return by === "time" && !isAscending;
}

/** As the server is asked. Who looks for an id does so in all times. */
export function toQuery(filter: RequestFilter, order: RequestOrder, span: Partial<TimeSpan>): RequestsQuery {
  const { id, model, asked, provider, key, user, team, organisation, status, streamed } = filter;
  const known = statuses.find((one) => one === status);
  return {
    ...(id === undefined ? span : { id }),
    ...(model !== undefined && { model }),
    ...(asked !== undefined && { requested_model: asked }),
    ...(provider !== undefined && { provider_id: provider }),
    ...(key !== undefined && { api_key_id: key }),
    ...(user !== undefined && { user_id: user }),
    ...(team !== undefined && { team_id: team }),
    ...(organisation !== undefined && { organisation_id: organisation }),
    ...(known !== undefined && { status: known }),
    ...((streamed === "true" || streamed === "false") && { streamed }),
    ...(!isNewestFirst(order) && { order_by: order.by, order: order.isAscending ? "asc" : "desc" }),
  };
}

/** The same of one that was just told: whether the server would list it. */
export function isListed(row: RequestRow, filter: RequestFilter): boolean {
  const { id, model, asked, provider, key, user, team, organisation, status, streamed } = filter;
  return (
    isEither(id, row.id.startsWith(id?.toLowerCase() ?? "")) &&
    isEither(model, row.model === model) &&
    isEither(asked, row.requested_model === asked) &&
    isEither(provider, row.provider_id === provider) &&
    isEither(key, row.api_key_id === key) &&
    isEither(user, row.user_id === user) &&
    isEither(team, row.team_id === team) &&
    isEither(organisation, row.organisation_id === organisation) &&
    isEither(status, status === "failed" ? row.status !== "ok" : row.status === status) &&
    isEither(streamed, String(row.streamed) === streamed)
  );
}

function isEither(wanted: string | undefined, isSo: boolean): boolean {
  return wanted === undefined || isSo;
}
