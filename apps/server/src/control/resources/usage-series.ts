// Usage over time and by group, as the dashboard and the page about usage show it.

import { formatUsd, GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Store } from "#control/store/store.ts";
import type { SeriesRow } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import type { Clock } from "#domain/clock.ts";
import { toTime } from "./fields.ts";
import { labelsOf, type Labels } from "./group-labels.ts";
import { addByGroup, nameOf, percentilesOfRows, rankOf } from "./series-rows.ts";
import { beforeThat, hasFewGroups, planSeries, timesOf, type SeriesPlan } from "./series-plan.ts";
import type { Resource } from "./resource.ts";
import { addSums, toApiSums } from "./usage-sums.ts";

type Series = RouteAnswer<AdminRoutes["usage"]["series"]>;
type Group = Series["groups"][number];
type SeriesQuery = Parameters<Resource<"usage">["series"]>[0]["query"];

interface SeriesDeps {
  readonly store: Pick<Store, "usage" | "names">;
  readonly clock: Clock;
}

/** More than anybody looks at would only hold up all others. */
const mostPoints = 100_000;

export async function readSeries({ store, clock }: SeriesDeps, query: SeriesQuery, reach: Reach): Promise<Series> {
  const { top, order_by: order, compare } = query;
  const plan = planSeries(query, clock.now(), store.usage.keptSince());
  const read = (change: Partial<SeriesPlan>) => store.usage.series({ ...plan, ...change }, reach);
  const times = timesOf(plan);
  // Where groups are few, what all buckets have is read once, and added up here.
  const all = plan.bucket !== null && hasFewGroups(plan) ? await read({}) : null;
  const totals = all === null ? await read({ bucket: null }) : addByGroup(all);
  const ranked = totals.toSorted((one, other) => rankOf(other, order) - rankOf(one, order));
  const shown = ranked.slice(0, top);
  const kept = ranked.length > top ? shown.map(({ group }) => group ?? []) : null;
  refuseTooMany(times.length * (shown.length + 1));
  const points = plan.bucket === null ? [] : (all ?? (await read({ kept })));
  const previous = compare === true ? await read({ ...beforeThat(plan), bucket: null, kept }) : null;
  const labels = await labelsOf(store, plan.dimensions, shown);
  const build = (total: readonly SeriesRow[], isOfGroup: (row: SeriesRow) => boolean, place: Place): Group => ({
    ...place,
    total: measuresOf(total),
    previous: previous === null ? null : measuresOf(previous.filter(isOfGroup)),
    points: plan.bucket === null ? null : pointsOf(points.filter(isOfGroup), times),
  });
  const groups = shown.map((row) => build([row], (other) => nameOf(other) === nameOf(row), placeOf(row, labels)));
  const rest = ranked.slice(top);
  const told = new Set(shown.map(nameOf));
  return {
    ...{ from: toTime(plan.filter.from), to: toTime(plan.filter.to), bucket: plan.bucketName },
    ...{ times: times.map(toTime), group_by: [...plan.dimensions], group_count: ranked.length },
    groups: rest.length === 0 ? groups : [...groups, build(rest, (row) => !told.has(nameOf(row)), theRest)],
    sum: build(totals, () => true, theSum),
  };
}

type Place = Pick<Group, "key" | "labels" | "is_rest">;

const theSum: Place = { key: [], labels: [], is_rest: false };
const theRest: Place = { key: [], labels: [], is_rest: true };

function placeOf({ group }: SeriesRow, labels: Labels): Place {
  return { key: [...(group ?? [])], labels: labels(group ?? []), is_rest: false };
}

function refuseTooMany(points: number): void {
  if (points <= mostPoints) return;
  const message = `This would be ${points} points: ask for a shorter time, longer buckets or fewer groups`;
  throw new GhostError("invalid_request_error", message, { param: "bucket" });
}

function measuresOf(rows: readonly SeriesRow[]): Group["total"] {
  return { ...toApiSums(addSums(rows)), ...percentilesOfRows(rows) };
}

function pointsOf(rows: readonly SeriesRow[], times: readonly number[]): NonNullable<Group["points"]> {
  const byTime = Map.groupBy(rows, ({ at }) => at);
  const told = times.map((time) => {
    const there = byTime.get(time) ?? [];
    return { ...addSums(there), ...percentilesOfRows(there) };
  });
  const list = <Value>(read: (point: (typeof told)[number]) => Value): Value[] => told.map(read);
  return {
    requests: list(({ requests }) => requests),
    errors: list(({ errors }) => errors),
    failed_attempts: list(({ failedAttempts }) => failedAttempts),
    prompt_tokens: list(({ promptTokens }) => promptTokens),
    completion_tokens: list(({ completionTokens }) => completionTokens),
    cached_tokens: list(({ cachedTokens }) => cachedTokens),
    cache_write_tokens: list(({ cacheWriteTokens, cacheWriteHourTokens }) => cacheWriteTokens + cacheWriteHourTokens),
    reasoning_tokens: list(({ reasoningTokens }) => reasoningTokens),
    cost_usd: list(({ costNanos }) => formatUsd(costNanos)),
    latency_p50_ms: list(({ latency_ms: ms }) => ms?.p50 ?? null),
    latency_p95_ms: list(({ latency_ms: ms }) => ms?.p95 ?? null),
    latency_p99_ms: list(({ latency_ms: ms }) => ms?.p99 ?? null),
    ttft_p50_ms: list(({ ttft_ms: ms }) => ms?.p50 ?? null),
    ttft_p95_ms: list(({ ttft_ms: ms }) => ms?.p95 ?? null),
    ttft_p99_ms: list(({ ttft_ms: ms }) => ms?.p99 ?? null),
  };
}
