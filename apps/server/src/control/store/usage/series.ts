// Usage over time and by group, with percentiles of how long it took: from the rollups, or for minutes from the log itself.

import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Store } from "#control/store/store.ts";
import type { Tables } from "#control/store/tables.ts";
import { sumNames, type SeriesQuery, type SeriesRow, type UsageSums } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { hoursInDays } from "./days.ts";
import { addFailedAttempts } from "./failed-attempts.ts";
import { keptSince } from "./retention.ts";
import { rankGroups } from "./ranking.ts";
import {
  bucketOf,
  columnOf,
  dimensionColumns,
  pieceOf,
  isFound,
  piecesOf,
  sourceOf,
  wantedOf,
  type Piece,
  type Source,
} from "./series-sources.ts";
import { SketchSum } from "./sketch-sum.ts";
import { finest } from "./rollups.ts";
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

export function usageSeriesIn(database: Database): Pick<Store["usage"], "series" | "rank"> {
  const asked = (given: SeriesQuery): SeriesQuery => (given.source === "log" ? withinKept(database, given) : given);
  return {
    series: (given, reach) => database.read((kysely) => readSeries(kysely, asked(given), reach)),
    rank: (given, order, most, reach) =>
      database.read((kysely) => rankGroups(kysely, asked(given), { order, most, reach })),
  };
}

async function readSeries(kysely: Kysely<Tables>, query: SeriesQuery, reach: Reach): Promise<readonly SeriesRow[]> {
  const source = sourceOf(query);
  const upTo = await hoursInDays(kysely);
  const pieces = seriesPieces(query, reach, upTo);
  const { rows } = await statementOf(query, source, pieces, reach).execute(kysely);
  const series = merged(rows.map((row) => toSeriesRow(row, query, source)));
  if (query.source === "rollups") return series;
  const logs = kysely.selectFrom("usage_logs").selectAll().where("trail", "is not", null);
  const failed = await Promise.all(pieces.map((piece) => logs.where(isFound(query.filter, piece, reach)).execute()));
  return addFailedAttempts(series, failed.flat().map(fromRow), query);
}

function withinKept(database: Database, query: SeriesQuery): SeriesQuery {
  const { filter } = query;
  return { ...query, filter: { ...filter, from: Math.max(filter.from, keptSince(database) ?? 0) } };
}

/** Grouped by place, since an expression with parameters is never taken for the same one again. */
function statementOf(query: SeriesQuery, source: Source, pieces: readonly Piece[], reach: Reach): RawBuilder<Row> {
  const isKept = conditionOf(query);
  const own = (place: number): RawBuilder<string> => {
    const column = columnOf(query, place);
    return query.kept === null || query.isRestLeft === true
      ? column
      : sql`case when ${isKept} then ${column} else '' end`;
  };
  const isRest = query.kept === null || query.isRestLeft === true ? sql`0` : sql`case when ${isKept} then 0 else 1 end`;
  const sums = hourlySums.map((sum) => sql`cast(sum(${source.sums[sum]}) as bigint) as ${sql.ref(sum)}`);
  const text = (column: RawBuilder<string | null>): RawBuilder<string> =>
    sql`string_agg(${column}, ${sql.lit(source.separator)})`;
  const { part } = query;
  const rows = pieces.map(
    (piece) => sql`select ${bucketOf(query.bucket, piece)} as at, ${own(0)} as first, ${own(1)} as second,
      ${isRest} as is_rest, ${sql.join(sums)}, ${text(source.latency)} as latencies, ${text(source.firstToken)} as first_tokens
      from ${sql.table(piece.table)} where ${isFound(query.filter, piece, reach)} and ${only(query)}
      and ${conditionBehind(query, [bucketOf(query.bucket, piece), own(0), own(1)])} group by 1, 2, 3, 4`,
  );
  const limit = part === undefined ? sql`` : sql`limit ${part.limit}`;
  return sql<Row>`${sql.join(rows, sql` union all `)} order by 1, 2, 3, 4 ${limit}`;
}

/** What is read in parts is of one rollup: a group is in one part alone. */
function seriesPieces(query: SeriesQuery, reach: Reach, upTo: number): readonly Piece[] {
  const pieces = piecesOf(wantedOf(query), reach, upTo);
  return query.part === undefined || pieces.length === 1 ? pieces : [pieceOf(finest, query.filter)];
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

function conditionOf(query: SeriesQuery): RawBuilder<boolean> {
  const { dimensions, kept } = query;
  if (kept === null) return sql`1 = 1`;
  if (kept.length === 0) return sql`1 = 0`;
  const columns = sql.join(dimensions.map((_, place) => columnOf(query, place)));
  const groups = kept.map((group) => sql`(${sql.join(group.map((value) => sql`cast(${value} as text)`))})`);
  return sql`(${columns}) in (values ${sql.join(groups)})`;
}

/** By each column for itself as well, of which there may be an index. */
function only(query: SeriesQuery): RawBuilder<boolean> {
  const { dimensions, kept } = query;
  if (kept === null || query.isRestLeft !== true) return sql`1 = 1`;
  const single = dimensions.flatMap((dimension, place) => {
    const values = [...new Set(kept.flatMap((group) => group[place] ?? []))];
    const isNamed = values.length > 0 && !values.includes("");
    return isNamed ? [sql`${sql.ref(dimensionColumns[dimension])} in (${sql.join(values)})`] : [];
  });
  return sql`${sql.join([...single, conditionOf(query)], sql` and `)}`;
}

/** A group can be in several parts of the time. */
function merged(rows: readonly SeriesRow[]): readonly SeriesRow[] {
  const byName = new Map<string, SeriesRow>();
  for (const row of rows) {
    const name = `${row.at} ${row.group === null ? "" : JSON.stringify(row.group)}`;
    const known = byName.get(name);
    byName.set(name, known === undefined ? row : addRow(known, row));
  }
  return [...byName.values()];
}

function addRow(one: SeriesRow, other: SeriesRow): SeriesRow {
  const sums = sumNames.map((name) => [name, one[name] + other[name]]);
  return {
    ...one,
    ...(Object.fromEntries(sums) as Record<keyof UsageSums, number>),
    latencies: one.latencies.plus(other.latencies),
    firstTokens: one.firstTokens.plus(other.firstTokens),
  };
}

function toSeriesRow(row: Row, query: SeriesQuery, source: Source): SeriesRow {
  const { at, first, second, is_rest: isRest, latencies, first_tokens: firstTokens, ...sums } = row;
  return {
    ...toSums(sums),
    at,
    group: isRest === 1 ? null : [first, second].slice(0, query.dimensions.length),
    latencies: new SketchSum([source.sketchOf(latencies ?? "")]),
    firstTokens: new SketchSum([source.sketchOf(firstTokens ?? "")]),
  };
}
