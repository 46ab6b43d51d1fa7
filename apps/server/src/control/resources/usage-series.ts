// Usage over time and by group, as the dashboard and the page about usage show it.

import { formatUsd, GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Store } from "#control/store/store.ts";
import { hasFewGroups, type SeriesRow, type UsageOrder } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import type { Clock } from "#domain/clock.ts";
import { toTime } from "./fields.ts";
import { labelsOf, type Labels } from "./group-labels.ts";
import { addByGroup, nameOf, percentilesOfRows, rankOf, restOf } from "./series-rows.ts";
import { beforeThat, planSeries, timesOf, type SeriesPlan } from "./series-plan.ts";
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

export async function readSeries(deps: SeriesDeps, query: SeriesQuery, reach: Reach): Promise<Series> {
  const { store, clock } = deps;
  const { top, order_by: order, compare } = query;
  const plan = planSeries(query, clock.now(), store.usage.keptSince());
  const times = timesOf(plan);
  const asked: Asked = { deps, plan, order, top, reach, isCompared: compare === true };
  const { shown, count, rows, all, previous } = await (hasFewGroups(plan) ? readAll(asked) : readShown(asked, times));
  refuseTooMany(times.length * (shown.length + 1));
  const labels = await labelsOf(store, plan.dimensions, shown);
  const build = (own: readonly SeriesRow[], before: readonly SeriesRow[], place: Place): Group => ({
    ...place,
    total: measuresOf(own),
    previous: previous === null ? null : measuresOf(before),
    points: plan.bucket === null ? null : pointsOf(own, times),
  });
  const [now, then] = [Map.groupBy(rows, nameOf), Map.groupBy(previous?.rows ?? [], nameOf)];
  const groups = shown.map((one) =>
    build(now.get(nameOf(one)) ?? [], then.get(nameOf(one)) ?? [], placeOf(one, labels)),
  );
  const rest = now.get("") ?? [];
  return {
    ...{ from: toTime(plan.filter.from), to: toTime(plan.filter.to), bucket: plan.bucketName },
    ...{ times: times.map(toTime), group_by: [...plan.dimensions], group_count: count },
    groups: count === shown.length ? groups : [...groups, build(rest, then.get("") ?? [], theRest)],
    sum: build(all, previous?.all ?? [], theSum),
  };
}

interface Asked {
  readonly deps: SeriesDeps;
  readonly plan: SeriesPlan;
  readonly order: UsageOrder;
  readonly top: number;
  readonly reach: Reach;
  readonly isCompared: boolean;
}

type Named = Pick<SeriesRow, "group">;

interface Told {
  /** Of those that are told apart and, with no group, of the rest. */
  readonly rows: readonly SeriesRow[];
  /** Of all groups together. */
  readonly all: readonly SeriesRow[];
}

interface Found extends Told {
  /** In their order. */
  readonly shown: readonly Named[];
  readonly count: number | null;
  readonly previous: Told | null;
}

/** Where groups are few: all that there is of them is read at once, and added up here. */
async function readAll({ deps: { store }, plan, order, top, reach, isCompared }: Asked): Promise<Found> {
  const all = await store.usage.seriesForPages(plan, reach);
  const ranked = addByGroup(all).toSorted((one, other) => rankOf(other, order) - rankOf(one, order));
  const shown = ranked.slice(0, top);
  const names = new Set(shown.map(nameOf));
  const told = (rows: readonly SeriesRow[]): Told => ({
    rows: rows.map((row) => (names.has(nameOf(row)) ? row : { ...row, group: null })),
    all: rows,
  });
  const before = { ...plan, ...beforeThat(plan), bucket: null };
  const previous = isCompared ? told(await store.usage.seriesForPages(before, reach)) : null;
  return { ...told(all), shown, count: ranked.length, previous };
}

/** Where they may be many: those with the most are found first; the rest is what all have without them. */
async function readShown(asked: Asked, times: readonly number[]): Promise<Found> {
  const { deps, plan, order, top, reach, isCompared } = asked;
  refuseTooMany(times.length * 2);
  const { groups, count } = await deps.store.usage.rank({ ...plan, bucket: null }, order, top, reach);
  const told = async (change: Partial<SeriesPlan>): Promise<Told> => {
    const one = { ...plan, ...change };
    const shown = await deps.store.usage.series({ ...one, kept: groups, isRestLeft: true }, reach);
    const all = await deps.store.usage.series({ ...one, dimensions: [] }, reach);
    return { rows: count === groups.length ? shown : [...shown, ...restOf(all, shown)], all };
  };
  const previous = isCompared ? await told({ ...beforeThat(plan), bucket: null }) : null;
  return { ...(await told({})), shown: groups.map((group) => ({ group })), count, previous };
}

type Place = Pick<Group, "key" | "labels" | "is_rest">;

const theSum: Place = { key: [], labels: [], is_rest: false };
const theRest: Place = { key: [], labels: [], is_rest: true };

function placeOf({ group }: Named, labels: Labels): Place {
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
    saved_usd: list(({ savedNanos }) => formatUsd(savedNanos)),
    latency_p50_ms: list(({ latency_ms: ms }) => ms?.p50 ?? null),
    latency_p95_ms: list(({ latency_ms: ms }) => ms?.p95 ?? null),
    latency_p99_ms: list(({ latency_ms: ms }) => ms?.p99 ?? null),
    ttft_p50_ms: list(({ ttft_ms: ms }) => ms?.p50 ?? null),
    ttft_p95_ms: list(({ ttft_ms: ms }) => ms?.p95 ?? null),
    ttft_p99_ms: list(({ ttft_ms: ms }) => ms?.p99 ?? null),
  };
}
