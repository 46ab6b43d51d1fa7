// Usage over time and by group, with percentiles of how long it took: from the rollups, or for minutes from the log itself.

import { summedUsageFields, usageColumn } from "@ghostllm/contract";
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "#control/store/database.ts";
import { isWithin } from "#control/store/reach.ts";
import type { Store } from "#control/store/store.ts";
import type { Tables } from "#control/store/tables.ts";
import type { SeriesFilter, SeriesQuery, SeriesRow, UsageDimension } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { addFailedAttempts } from "./failed-attempts.ts";
import { owners } from "./requests.ts";
import { keptSince } from "./retention.ts";
import { addTo, bucketOf, readSketch, type Sketch } from "./sketch.ts";
import { fromRow } from "./usage-columns.ts";
import { hourlySums, type HourlySums } from "./usage-row.ts";
import { toSums } from "./usage-sums.ts";

type Row = HourlySums & {
  readonly at: number;
  readonly first: string;
  readonly second: string;
  readonly is_rest: number;
  readonly latencies: string | null;
  readonly first_tokens: string | null;
};

/** What differs between the two that a series is made of. */
interface Source {
  readonly table: "usage_hourly" | "usage_logs";
  readonly time: RawBuilder<number>;
  readonly sums: Readonly<Record<(typeof hourlySums)[number], RawBuilder<number>>>;
  /** Joined texts, which `read` makes a sketch of. */
  readonly latencies: RawBuilder<string | null>;
  readonly firstTokens: RawBuilder<string | null>;
  read(text: string): Sketch;
}

const summed = summedUsageFields.map(usageColumn);

const rollups: Source = {
  table: "usage_hourly",
  time: sql`hour`,
  sums: byColumn(hourlySums, (column) => sql`cast(sum(${sql.ref(column)}) as bigint)`),
  latencies: sql`string_agg(latency_sketch, '')`,
  firstTokens: sql`string_agg(ttft_sketch, '')`,
  read: (text) => readSketch(text),
};

const log: Source = {
  table: "usage_logs",
  time: sql`created_at`,
  sums: {
    ...byColumn(summed, (column) => sql`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`),
    requests: sql`cast(count(*) as bigint)`,
    errors: countOf(sql`status in ('error', 'timeout', 'shutdown')`),
    unpriced_requests: countOf(sql`cost is null`),
    // Those are in its trails: failed-attempts.ts counts them.
    failed_attempts: sql`cast(0 as bigint)`,
  },
  latencies: sql`string_agg(cast(latency_ms as text), ' ')`,
  firstTokens: sql`string_agg(case when streamed = 1 then cast(ttft_ms as text) end, ' ')`,
  read: readTimes,
};

const sources: Readonly<Record<SeriesQuery["source"], Source>> = { rollups, log };

const dimensions: Readonly<Record<UsageDimension, RawBuilder<string>>> = {
  model: sql`model`,
  provider: sql`provider`,
  key: sql`api_key_id`,
  user: sql`user_id`,
  // Of keys without one they are empty.
  team: sql`coalesce(team_id, '')`,
  organisation: sql`coalesce(organisation_id, '')`,
  alias: sql`requested_model`,
  status: sql`status`,
};

export function usageSeriesIn(database: Database): Store["usage"]["series"] {
  return (given, reach) => {
    const query = given.source === "log" ? withinKept(database, given) : given;
    return database.read((kysely) => readSeries(kysely, query, reach));
  };
}

async function readSeries(kysely: Kysely<Tables>, query: SeriesQuery, reach: Reach): Promise<readonly SeriesRow[]> {
  const source = sources[query.source];
  const { rows } = await statementOf(query, source, reach).execute(kysely);
  const series = rows.map((row) => toSeriesRow(row, query, source));
  if (query.source === "rollups") return series;
  const logs = kysely.selectFrom("usage_logs").selectAll();
  const failed = await logs
    .where(isFound(query.filter, source, reach))
    .where("trail", "is not", null)
    .execute();
  return addFailedAttempts(series, failed.map(fromRow), query);
}

function withinKept(database: Database, query: SeriesQuery): SeriesQuery {
  const { filter } = query;
  return { ...query, filter: { ...filter, from: Math.max(filter.from, keptSince(database) ?? 0) } };
}

/** Grouped by place, since an expression with parameters is never taken for the same one again. */
function statementOf(query: SeriesQuery, source: Source, reach: Reach): RawBuilder<Row> {
  const { filter, bucket, kept } = query;
  const isKept = conditionOf(query);
  const columns = query.dimensions.map((dimension) => dimensions[dimension]);
  const part = (place: number): RawBuilder<string> => {
    const column = columns[place];
    if (column === undefined) return sql`''`;
    return kept === null ? sql`${column}` : sql`case when ${isKept} then ${column} else '' end`;
  };
  const sums = hourlySums.map((sum) => sql`${source.sums[sum]} as ${sql.ref(sum)}`);
  const time = timeOf(bucket, source);
  const behind = conditionBehind(query, [time, part(0), part(1)]);
  const limit = query.part === undefined ? sql`` : sql`limit ${query.part.limit}`;
  return sql<Row>`select ${time} as at, ${part(0)} as first, ${part(1)} as second,
    ${kept === null ? sql`0` : sql`case when ${isKept} then 0 else 1 end`} as is_rest, ${sql.join(sums)},
    ${source.latencies} as latencies, ${source.firstTokens} as first_tokens
    from ${sql.table(source.table)} where ${isFound(filter, source, reach)} and ${behind}
    group by 1, 2, 3, 4 order by 1, 2, 3, 4 ${limit}`;
}

function conditionBehind(
  { part }: SeriesQuery,
  [time, ...groups]: readonly RawBuilder<unknown>[],
): RawBuilder<boolean> {
  if (part === undefined || part.after === null) return sql`1 = 1`;
  const { at, group } = part.after;
  const values = [sql`cast(${at} as bigint)`, ...groups.map((_, place) => sql`cast(${group?.[place] ?? ""} as text)`)];
  return sql`(${sql.join([time, ...groups])}) > (${sql.join(values)})`;
}

/** Where the bucket begins, by a clock on the wall. */
function timeOf(bucket: SeriesQuery["bucket"], { time }: Source): RawBuilder<number> {
  if (bucket === null) return sql`cast(0 as bigint)`;
  return sql`${time} - (${time} + ${sql.lit(bucket.offsetMs)}) % ${sql.lit(bucket.ms)}`;
}

function conditionOf({ dimensions: given, kept }: SeriesQuery): RawBuilder<boolean> {
  if (kept === null) return sql`1 = 1`;
  if (kept.length === 0) return sql`1 = 0`;
  const columns = sql.join(given.map((dimension) => dimensions[dimension]));
  const groups = kept.map((group) => sql`(${sql.join(group.map((value) => sql`cast(${value} as text)`))})`);
  return sql`(${columns}) in (values ${sql.join(groups)})`;
}

function isFound(filter: SeriesFilter, { time }: Source, reach: Reach): RawBuilder<boolean> {
  const { from, to, userId, apiKeyId, teamId, organisationId, providerId, modelId, model, requestedModel, status } =
    filter;
  const given = {
    ...{ team_id: teamId, organisation_id: organisationId },
    ...{ user_id: userId, api_key_id: apiKeyId, provider_id: providerId, model_id: modelId, model },
  };
  const equal = Object.entries({ ...given, requested_model: requestedModel }).flatMap(([column, value]) =>
    value === undefined ? [] : [sql`${sql.ref(column)} = ${value}`],
  );
  const ended = status === undefined ? [] : [status === "failed" ? sql`status <> 'ok'` : sql`status = ${status}`];
  const parts = [sql`${time} >= ${from}`, sql`${time} < ${to}`, isWithin(reach, owners), ...equal, ...ended];
  return sql`${sql.join(parts, sql` and `)}`;
}

function toSeriesRow(row: Row, query: SeriesQuery, source: Source): SeriesRow {
  const { at, first, second, is_rest: isRest, latencies, first_tokens: firstTokens, ...sums } = row;
  return {
    ...toSums(sums),
    at,
    group: isRest === 1 ? null : [first, second].slice(0, query.dimensions.length),
    latencies: source.read(latencies ?? ""),
    firstTokens: source.read(firstTokens ?? ""),
  };
}

/** Of the log: each time by itself. */
function readTimes(text: string): Sketch {
  const sketch: Sketch = new Map();
  for (const ms of text.split(" ")) if (ms !== "") addTo(sketch, bucketOf(Number(ms)));
  return sketch;
}

function countOf(condition: RawBuilder<unknown>): RawBuilder<number> {
  return sql`cast(sum(case when ${condition} then 1 else 0 end) as bigint)`;
}

function byColumn<Column extends string>(
  columns: readonly Column[],
  toExpression: (column: Column) => RawBuilder<number>,
): Readonly<Record<Column, RawBuilder<number>>> {
  const entries = columns.map((column) => [column, toExpression(column)]);
  return Object.fromEntries(entries) as Record<Column, RawBuilder<number>>;
}
