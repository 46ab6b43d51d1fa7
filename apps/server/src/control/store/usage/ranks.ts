// Sums of groups of usage, those with the most first. Called by ranking.ts and ranks-of-days.ts.

import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Tables } from "#control/store/tables.ts";
import type { SeriesQuery, UsageDimension, UsageOrder } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { columnOf, dimensionColumns, isFound, piecesOf, sourceOf, wantedOf } from "./series-sources.ts";
import type { HourlySums } from "./usage-row.ts";

export interface Ranking {
  readonly query: SeriesQuery;
  readonly order: UsageOrder;
  readonly most: number;
  readonly reach: Reach;
  /** Of the hours before it the rollups of days know everything. */
  readonly upTo: number;
}

export interface Ranked {
  readonly first: string;
  readonly second: string;
  readonly value: number;
  /** How many groups there are; null: nobody has counted. */
  readonly groups: number | null;
}

/** What is added up, of a row of a rollup. */
export const measures: Readonly<Record<UsageOrder, RawBuilder<number>>> = {
  cost: sql`cost`,
  requests: sql`requests`,
  tokens: sql`(prompt_tokens + completion_tokens)`,
  errors: sql`errors`,
};

const measuredBy = {
  cost: ["cost"],
  requests: [],
  tokens: ["prompt_tokens", "completion_tokens"],
  errors: ["errors"],
} as const satisfies Readonly<Record<UsageOrder, readonly (keyof HourlySums)[]>>;

/** All others are left out. */
export interface Only {
  readonly dimension: UsageDimension;
  readonly names: readonly string[];
}

/** Those of the same value are in the order of their requests. */
export async function readRanks(
  kysely: Kysely<Tables>,
  { query, order, most, reach, upTo }: Ranking,
  only?: Only,
): Promise<readonly Ranked[]> {
  const { sums } = sourceOf(query);
  const needed = [...new Set([...(["requests"] as const), ...measuredBy[order]])];
  const pieces = piecesOf(wantedOf(query), reach, upTo).map(
    (piece) => sql`select ${columnOf(query, 0)} as first, ${columnOf(query, 1)} as second,
      ${sql.join(needed.map((sum) => sql`${sums[sum]} as ${sql.ref(sum)}`))}
      from ${sql.table(piece.table)} where ${isFound(query.filter, piece, reach)} and ${isOneOf(only)}`,
  );
  const ranking = sql<Ranked>`select first, second, cast(sum(${measures[order]}) as bigint) as value,
    cast(count(*) over () as bigint) as groups
    from (${sql.join(pieces, sql` union all `)}) as usage group by first, second
    order by 3 desc, sum(requests) desc, first, second limit ${most}`;
  return (await ranking.execute(kysely)).rows;
}

/** What has no team has the empty one. */
function isOneOf(only: Only | undefined): RawBuilder<boolean> {
  if (only === undefined) return sql`1 = 1`;
  const column = sql.ref(dimensionColumns[only.dimension]);
  const isNamed = only.names.length === 0 ? sql`1 = 0` : sql`${column} in (${sql.join(only.names)})`;
  return only.names.includes("") ? sql`(${isNamed} or ${column} is null)` : sql`${isNamed}`;
}
