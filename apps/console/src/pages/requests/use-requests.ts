// The requests of a view: read page by page as somebody scrolls, and kept up with what is finished meanwhile.

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useFinishedRequests } from "#api/live.tsx";
import type { RequestRow } from "#api/queries.ts";
import type { TimeRange } from "#parts/time-range.ts";
import { isListed, isNewestFirst, toQuery } from "./request-filter.ts";
import type { RequestFilter, RequestView } from "./request-filter.ts";
import { rowsOf, withNewest } from "./request-list.ts";
import type { RequestPages } from "./request-list.ts";

export function useRequests({ filter, order }: RequestView, range: TimeRange) {
  const { queries } = useApi();
  const span = (): { from: string; to?: string } => {
    const { from, to } = range.span();
    return range.name === null ? { from, to } : { from };
  };
  const options = queries.requestPages(["page", range.key, JSON.stringify([filter, order])], () =>
    toQuery(filter, order, span()),
  );
  const query = useInfiniteQuery(options);
  const isLive = isNewestFirst(order) && (range.name !== null || filter.id !== undefined);
  const rows = useMemo(() => (query.data === undefined ? [] : rowsOf(query.data)), [query.data]);
  return { query, rows, isLive, queryKey: options.queryKey };
}

interface TailOptions {
  readonly filter: RequestFilter;
  readonly queryKey: readonly unknown[];
  readonly isLive: boolean;
  /** What comes meanwhile waits: somebody reads further down, or has stopped it. */
  readonly isHeld: boolean;
}

interface Waiting {
  /** The newest first. */
  readonly rows: readonly RequestRow[];
  /** Those that are not in `rows`. */
  readonly more: number;
}

const nobody: Waiting = { rows: [], more: 0 };
const mostWaiting = 1_000;

function withMore({ rows, more }: Waiting, newest: readonly RequestRow[], missed: number): Waiting {
  const all = [...newest, ...rows];
  return { rows: all.slice(0, mostWaiting), more: more + missed + Math.max(0, all.length - mostWaiting) };
}

/** How many wait. */
export function useTail({ filter, queryKey, isLive, isHeld }: TailOptions): number {
  const queryClient = useQueryClient();
  const refresh = useRefresh();
  const [waiting, setWaiting] = useState(nobody);
  const name = JSON.stringify(queryKey);
  const latest = useRef(refresh);
  useEffect(() => {
    latest.current = refresh;
  });
  useEffect(() => setWaiting(nobody), [name]);
  const take = useCallback(
    (finished: readonly RequestRow[], missed: number) => {
      const listed = finished.filter((row) => isListed(row, filter)).toReversed();
      if (isLive && listed.length + missed > 0) setWaiting((before) => withMore(before, listed, missed));
    },
    [filter, isLive],
  );
  useFinishedRequests(take);
  useEffect(() => {
    const { rows, more } = waiting;
    if (isHeld || rows.length + more === 0) return;
    queryClient.setQueryData<RequestPages>(queryKey, (pages) => pages && withNewest(pages, rows));
    setWaiting(nobody);
    // Nobody knows which those were: they are read.
    if (more > 0) void latest.current("requests");
  }, [isHeld, waiting, queryClient, queryKey]);
  return waiting.rows.length + waiting.more;
}
