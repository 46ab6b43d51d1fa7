// What the page tells, as the URL has it.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { SeriesQuery } from "#api/queries.ts";
import { measures } from "#usage/layers.ts";
import type { Measure } from "#usage/layers.ts";

export const dimensions = ["model", "provider", "key", "user", "team", "organisation", "alias", "status"] as const;
export type Dimension = (typeof dimensions)[number];
export const buckets = ["auto", "minute", "hour", "day"] as const;
export type Bucket = (typeof buckets)[number];

type Search = Readonly<Record<string, string | undefined>>;

export interface UsageView {
  readonly by: readonly [Dimension] | readonly [Dimension, Dimension];
  readonly bucket: Bucket;
  readonly measure: Measure;
  /** Beside as long a time right before. */
  readonly compares: boolean;
  /** In place of the chart. */
  readonly isTable: boolean;
  change(changed: Partial<Omit<UsageView, "change">>): void;
}

export function useUsageView(): UsageView {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  return useMemo(() => {
    const view = {
      by: dimensionsOf(search["by"]),
      bucket: buckets.find((one) => one === search["bucket"]) ?? "auto",
      measure: measures.find((one) => one.toLowerCase() === search["show"]) ?? "Spend",
      compares: search["compare"] !== "no",
      isTable: search["as"] === "table",
    };
    const change = (changed: Partial<Omit<UsageView, "change">>): void => {
      const next = toSearch({ ...view, ...changed });
      void navigate({ to: ".", replace: true, search: (before: Search) => ({ ...before, ...next }) });
    };
    return { ...view, change };
  }, [search, navigate]);
}

function dimensionsOf(text = "model"): UsageView["by"] {
  const [first = "model", second] = text.split(",").flatMap((name) => dimensions.find((one) => one === name) ?? []);
  return second === undefined || second === first ? [first] : [first, second];
}

function toSearch({ by, bucket, measure, compares, isTable }: Omit<UsageView, "change">): Search {
  return {
    by: by.join(",") === "model" ? undefined : by.join(","),
    bucket: bucket === "auto" ? undefined : bucket,
    show: measure === "Spend" ? undefined : measure.toLowerCase(),
    compare: compares ? undefined : "no",
    as: isTable ? "table" : undefined,
  };
}

const orders = { Spend: "cost", Tokens: "tokens", Requests: "requests", Errors: "errors" } as const;

/** The groups that are told apart are those with the most of what is shown. */
export function toQuery({ by, measure }: UsageView): SeriesQuery {
  const offset = -new Date().getTimezoneOffset();
  return { group_by: by.join(","), order_by: orders[measure], utc_offset_minutes: offset };
}
