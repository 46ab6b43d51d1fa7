// The time that a page is about, as the URL has it: `range=24h` up to now, or `from` and `to`.

import { useMemo } from "react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { TimeSpan } from "#api/queries.ts";

export const ranges = { "1h": 3_600_000, "24h": 86_400_000, "7d": 7 * 86_400_000, "30d": 30 * 86_400_000 } as const;
export type RangeName = keyof typeof ranges;
export const rangeNames: readonly RangeName[] = ["1h", "24h", "7d", "30d"];

export interface TimeRange {
  /** Null where it has a beginning and an end of its own. */
  readonly name: RangeName | null;
  /** Names what is kept of it. */
  readonly key: string;
  /** Of the moment: a range up to now goes with the time. */
  readonly span: () => TimeSpan;
  choose(name: RangeName): void;
  /** Epoch ms. */
  zoom(from: number, to: number): void;
}

type Search = Readonly<Record<string, string | undefined>>;

export function useTimeRange(usual: RangeName = "24h"): TimeRange {
  const { range, from, to }: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  return useMemo(() => {
    const isOwn = from !== undefined && to !== undefined && !Number.isNaN(Date.parse(from) + Date.parse(to));
    const name = isOwn ? null : (rangeNames.find((one) => one === range) ?? usual);
    const change = (changed: Search): void =>
      void navigate({ to: ".", search: (before: Search) => ({ ...before, ...changed }) });
    return {
      name,
      key: name ?? `${from}/${to}`,
      span: () => (isOwn ? { from, to } : spanUpToNow(ranges[name ?? usual])),
      choose: (chosen) => change({ range: chosen === usual ? undefined : chosen, from: undefined, to: undefined }),
      zoom: (start, end) =>
        change({ range: undefined, from: new Date(start).toISOString(), to: new Date(end).toISOString() }),
    };
  }, [range, from, to, usual, navigate]);
}

function spanUpToNow(lengthMs: number): TimeSpan {
  const now = Date.now();
  return { from: new Date(now - lengthMs).toISOString(), to: new Date(now).toISOString() };
}
