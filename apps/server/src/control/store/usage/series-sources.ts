// Where a series is read from: of the rollups the ones with the fewest rows that know what is asked for, whole days from those by the day and
// the hours before and behind them from those by the hour; minutes from the log itself. Pure.

import { summedUsageFields, usageColumn } from "@ghostllm/contract";
import { sql, type RawBuilder } from "kysely";
import type { SeriesFilter, SeriesQuery, UsageDimension } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import { isWithin } from "#control/store/reach.ts";
import { owners } from "./requests.ts";
import { dayMs, finest, rollups, type Rollup, type RollupColumn } from "./rollups.ts";
import { addTo, bucketOf as bucketOfMs, writeSketch, type Sketch } from "./sketch.ts";
import { hourlySums } from "./usage-row.ts";

type Sum = (typeof hourlySums)[number];

/** A part of the time, and the table that tells of it. */
export interface Piece {
  readonly table: string;
  /** Its rows are of whole days. */
  readonly isOfDays: boolean;
  readonly time: RawBuilder<number>;
  readonly from: number;
  readonly to: number;
}

/** What differs between the rollups and the log. */
export interface Source {
  /** Of one row. */
  readonly sums: Readonly<Record<Sum, RawBuilder<number>>>;
  readonly latency: RawBuilder<string | null>;
  readonly firstToken: RawBuilder<string | null>;
  /** Between the texts of rows. */
  readonly separator: "" | " ";
  /** As sketches are written. */
  sketchOf(text: string): string;
}

const summed: ReadonlySet<string> = new Set(summedUsageFields.map(usageColumn));

const logSums = {
  requests: sql<number>`1`,
  errors: sql<number>`case when status in ('error', 'timeout', 'shutdown') then 1 else 0 end`,
  unpriced_requests: sql<number>`case when cost is null then 1 else 0 end`,
  // Those are in its trails: failed-attempts.ts counts them.
  failed_attempts: sql<number>`0`,
} as const;

const sources: Readonly<Record<SeriesQuery["source"], Source>> = {
  rollups: {
    sums: bySum((sum) => sql.ref(sum)),
    latency: sql`latency_sketch`,
    firstToken: sql`ttft_sketch`,
    separator: "",
    sketchOf: (text) => text,
  },
  log: {
    sums: { ...bySum((sum) => (summed.has(sum) ? sql`coalesce(${sql.ref(sum)}, 0)` : sql`0`)), ...logSums },
    latency: sql`cast(latency_ms as text)`,
    firstToken: sql`case when streamed = 1 then cast(ttft_ms as text) end`,
    separator: " ",
    sketchOf: sketchOfTimes,
  },
};

export const sourceOf = ({ source }: Pick<SeriesQuery, "source">): Source => sources[source];

export const dimensionColumns: Readonly<Record<UsageDimension, RollupColumn>> = {
  ...{ model: "model", provider: "provider", key: "api_key_id", user: "user_id" },
  ...{ team: "team_id", organisation: "organisation_id", alias: "requested_model", status: "status" },
};

const filterColumns = {
  ...{ userId: "user_id", apiKeyId: "api_key_id", teamId: "team_id", organisationId: "organisation_id" },
  ...{ providerId: "provider_id", modelId: "model_id", model: "model", requestedModel: "requested_model" },
  status: "status",
} as const satisfies Partial<Record<keyof SeriesFilter, RollupColumn>>;

/** What is asked for: columns beside those of the filter and of the reach, and how time is divided. */
export interface Wanted extends Pick<SeriesQuery, "source" | "filter" | "bucket"> {
  readonly columns: readonly RollupColumn[];
}

export function wantedOf(query: SeriesQuery): Wanted {
  return { ...query, columns: query.dimensions.map((dimension) => dimensionColumns[dimension]) };
}

/** What a row is of by the dimension at this place. Of what has no team, or no organisation, it is empty. */
export function columnOf({ dimensions }: SeriesQuery, place: number): RawBuilder<string> {
  const dimension = dimensions[place];
  if (dimension === undefined) return sql`''`;
  return sql`coalesce(${sql.ref(dimensionColumns[dimension])}, '')`;
}

/** `upTo`: of the hours before it the rollups of days know everything (days.ts). */
export function piecesOf(query: Wanted, reach: Reach, upTo: number): readonly Piece[] {
  const { from, to } = query.filter;
  if (query.source === "log") return [{ table: "usage_logs", isOfDays: false, time: sql`created_at`, from, to }];
  const needed = columnsOf(query, reach);
  const [hourly, daily] = [rollupWith("hour", needed), rollupWith("day", needed)];
  const [firstDay, lastDay] = [Math.ceil(from / dayMs) * dayMs, Math.floor(Math.min(to, upTo) / dayMs) * dayMs];
  if (!isByWholeDays(query.bucket) || lastDay <= firstDay) return [pieceOf(hourly, { from, to })];
  const all = [
    pieceOf(hourly, { from, to: firstDay }),
    pieceOf(daily, { from: firstDay, to: lastDay }),
    pieceOf(hourly, { from: lastDay, to }),
  ];
  return all.filter((piece) => piece.from < piece.to);
}

export function pieceOf({ table, time }: Rollup, { from, to }: Pick<Piece, "from" | "to">): Piece {
  return { table, isOfDays: time === "day", time: sql.ref(time), from, to };
}

/** Days of rollups begin at midnight in UTC. */
function isByWholeDays(bucket: SeriesQuery["bucket"]): boolean {
  return bucket === null || (bucket.ms % dayMs === 0 && bucket.offsetMs % dayMs === 0);
}

function rollupWith(time: Rollup["time"], needed: ReadonlySet<RollupColumn>): Rollup {
  const knowsAll = ({ keys, facts }: Rollup): boolean =>
    [...needed].every((column) => [...keys, ...facts].includes(column));
  const [found = finest] = rollups[time].filter(knowsAll);
  return found;
}

function columnsOf({ columns, filter }: Wanted, reach: Reach): ReadonlySet<RollupColumn> {
  const given = Object.entries(filterColumns).filter(([name]) => isGiven(filter, name));
  const reached = reach === "all" ? [] : reach.flatMap(({ kind }) => reachedBy[kind] ?? []);
  return new Set([...columns, ...given.map(([, column]) => column), ...reached]);
}

const reachedBy: Readonly<Partial<Record<ScopeKind, RollupColumn>>> = owners;

function isGiven(filter: SeriesFilter, name: string): boolean {
  return Object.entries(filter).some(([own, value]) => own === name && value !== undefined);
}

export function isFound(filter: SeriesFilter, { time, from, to }: Piece, reach: Reach): RawBuilder<boolean> {
  const { status, from: _, to: __, ...given } = filter;
  const equal = Object.entries(filterColumns).flatMap(([name, column]) => {
    const value = Object.entries(given).find(([own]) => own === name)?.[1];
    return value === undefined ? [] : [sql`${sql.ref(column)} = ${value}`];
  });
  const ended = status === undefined ? [] : [status === "failed" ? sql`status <> 'ok'` : sql`status = ${status}`];
  const parts = [sql`${time} >= ${from}`, sql`${time} < ${to}`, isWithin(reach, owners), ...equal, ...ended];
  return sql<boolean>`${sql.join(parts, sql` and `)}`;
}

/** Where the bucket begins, by a clock on the wall. */
export function bucketOf(bucket: SeriesQuery["bucket"], { time }: Pick<Piece, "time">): RawBuilder<number> {
  if (bucket === null) return sql`cast(0 as bigint)`;
  return sql`${time} - (${time} + ${sql.lit(bucket.offsetMs)}) % ${sql.lit(bucket.ms)}`;
}

/** Of the log: each time by itself. */
function sketchOfTimes(text: string): string {
  const sketch: Sketch = new Map();
  for (const ms of text.split(" ")) if (ms !== "") addTo(sketch, bucketOfMs(Number(ms)));
  return writeSketch(sketch);
}

function bySum(toExpression: (sum: Sum) => RawBuilder<number>): Readonly<Record<Sum, RawBuilder<number>>> {
  return Object.fromEntries(hourlySums.map((sum) => [sum, toExpression(sum)])) as Record<Sum, RawBuilder<number>>;
}
