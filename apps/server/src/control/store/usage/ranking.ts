// The groups with the most of something, found without reading all there is of each: rows have the sums that it takes, and no sketches.

import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Tables } from "#control/store/tables.ts";
import type { RankedGroups, SeriesQuery, UsageDimension, UsageOrder } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { hoursInDays } from "./days.ts";
import { columnOf, dimensionColumns, isFound, piecesOf, sourceOf, wantedOf } from "./series-sources.ts";
import type { HourlySums } from "./usage-row.ts";

export interface Ranking {
  readonly order: UsageOrder;
  readonly most: number;
  readonly reach: Reach;
}

interface Ranked {
  readonly first: string;
  readonly second: string;
  readonly value: number;
  readonly groups: number;
}

const ranks: Readonly<Record<UsageOrder, RawBuilder<number>>> = {
  cost: sql`cost`,
  requests: sql`requests`,
  tokens: sql`prompt_tokens + completion_tokens`,
  errors: sql`errors`,
};

const rankedBy = {
  cost: ["cost"],
  requests: [],
  tokens: ["prompt_tokens", "completion_tokens"],
  errors: ["errors"],
} as const satisfies Readonly<Record<UsageOrder, readonly (keyof HourlySums)[]>>;

/** Of which there may be so many that pairs with them are too many to be read. The most numerous first. */
const numerous = ["key", "user", "team"] as const satisfies readonly UsageDimension[];

export async function rankGroups(kysely: Kysely<Tables>, query: SeriesQuery, ranking: Ranking): Promise<RankedGroups> {
  const leading = numerous.find((dimension) => query.dimensions.includes(dimension));
  if (leading !== undefined && query.dimensions.length > 1 && query.source === "rollups") {
    const found = await rankPairs(kysely, query, ranking, leading);
    if (found !== undefined) return found;
  }
  const rows = await readRanks(kysely, query, ranking);
  return { groups: rows.map((row) => groupOf(row, query)), count: rows[0]?.groups ?? 0 };
}

const mostLeaders = 2_000;

/**
 * No pair has more than its leading part has with all others. So the pairs of those that lead are enough, once each of the pairs that are
 * asked for has more than the last of the leaders. Undefined where too many lead by too little.
 */
async function rankPairs(
  kysely: Kysely<Tables>,
  query: SeriesQuery,
  ranking: Ranking,
  leading: UsageDimension,
): Promise<RankedGroups | undefined> {
  for (let count = Math.max(64, ranking.most * 4); count <= mostLeaders; count *= 4) {
    const leaders = await readRanks(kysely, { ...query, dimensions: [leading] }, { ...ranking, most: count });
    const rows = await readRanks(kysely, query, ranking, { leading, names: leaders.map(({ first }) => first) });
    const groups = rows.map((row) => groupOf(row, query));
    const bound = leaders.length < count ? undefined : leaders.at(-1)?.value;
    if (bound === undefined) return { groups, count: rows[0]?.groups ?? 0 };
    const last = rows[ranking.most - 1];
    if (last !== undefined && last.value > bound) return { groups, count: null };
  }
  return undefined;
}

function groupOf({ first, second }: Ranked, { dimensions }: SeriesQuery): readonly string[] {
  return [first, second].slice(0, dimensions.length);
}

interface Leaders {
  readonly leading: UsageDimension;
  readonly names: readonly string[];
}

async function readRanks(
  kysely: Kysely<Tables>,
  query: SeriesQuery,
  { order, most, reach }: Ranking,
  leaders?: Leaders,
): Promise<readonly Ranked[]> {
  const { sums } = sourceOf(query);
  const needed = [...new Set([...(["requests"] as const), ...rankedBy[order]])];
  const upTo = await hoursInDays(kysely);
  const pieces = piecesOf(wantedOf(query), reach, upTo).map(
    (piece) => sql`select ${columnOf(query, 0)} as first, ${columnOf(query, 1)} as second,
      ${sql.join(needed.map((sum) => sql`${sums[sum]} as ${sql.ref(sum)}`))}
      from ${sql.table(piece.table)} where ${isFound(query.filter, piece, reach)} and ${isOf(leaders)}`,
  );
  const ranking = sql<Ranked>`select first, second, cast(sum(${ranks[order]}) as bigint) as value,
    cast(count(*) over () as bigint) as groups
    from (${sql.join(pieces, sql` union all `)}) as usage group by first, second
    order by 3 desc, sum(requests) desc, first, second limit ${most}`;
  return (await ranking.execute(kysely)).rows;
}

/** What has no team has the empty one. */
function isOf(leaders: Leaders | undefined): RawBuilder<boolean> {
  if (leaders === undefined) return sql`1 = 1`;
  const column = sql.ref(dimensionColumns[leaders.leading]);
  const isNamed = leaders.names.length === 0 ? sql`1 = 0` : sql`${column} in (${sql.join(leaders.names)})`;
  return leaders.names.includes("") ? sql`(${isNamed} or ${column} is null)` : sql`${isNamed}`;
}
