// The keys or users with the most of something, out of however many, found in lists that each day has of those with the most: whoever
// is in none of them has no more than the ends of all lists together. Exact, or undefined where the lists end too early.

import { sql, type Kysely } from "kysely";
import type { Tables } from "#control/store/tables.ts";
import type { SeriesQuery, UsageDimension } from "#control/store/usage-store.ts";
import { measures, readRanks, type Ranked, type Ranking } from "./ranks.ts";
import { dayMs } from "./rollups.ts";
import { dimensionColumns, piecesOf, wantedOf, type Piece } from "./series-sources.ts";

/** Of fewer days all is read as soon. */
const fewestDays = 3;
const shortestList = 256;

export async function rankByDays(kysely: Kysely<Tables>, ranking: Ranking): Promise<readonly Ranked[] | undefined> {
  const { query, most, reach, upTo } = ranking;
  if (!hasLists(ranking)) return undefined;
  const pieces = piecesOf(wantedOf(query), reach, upTo);
  const days = pieces.find(({ isOfDays }) => isOfDays);
  if (days === undefined || days.to - days.from < fewestDays * dayMs) return undefined;
  const length = Math.max(shortestList, most * 4);
  const seen = new Seen();
  seen.addLists(await readLists(kysely, ranking, days, length));
  for (const { from, to } of pieces.filter((piece) => piece !== days)) {
    const part = { ...query, filter: { ...query.filter, from, to } };
    seen.addList(await readRanks(kysely, { ...ranking, query: part, most: length }), length);
  }
  const only = { dimension: dimensionOf(query), names: seen.namesThatMayBeAmong(most) };
  const rows = await readRanks(kysely, ranking, only);
  const last = rows[most - 1];
  if (last === undefined || last.value <= seen.mostOfOthers) return undefined;
  return rows.map((row) => ({ ...row, groups: null }));
}

/** Of these there are indexes by the day and what they have (migration 39). */
const listed: ReadonlySet<UsageDimension> = new Set(["key", "user"]);

function dimensionOf({ dimensions: [dimension] }: SeriesQuery) {
  if (dimension === undefined) throw new Error("there is no dimension to rank by");
  return dimension;
}

/** Lists are of all that there is. */
function hasLists({ query, order, reach }: Ranking): boolean {
  const { dimensions, source, filter } = query;
  const isWhole = Object.entries(filter).every(
    ([name, value]) => name === "from" || name === "to" || value === undefined,
  );
  const isOfOne = dimensions.length === 1 && listed.has(dimensionOf(query));
  return isOfOne && isWhole && source === "rollups" && reach === "all" && order !== "errors";
}

interface Listed {
  readonly name: string;
  /** What it has in the lists that it is in. */
  readonly value: number;
  /** The ends of these lists. */
  readonly ends: number;
  /** The ends of all lists. */
  readonly allEnds: number;
}

function readLists(
  kysely: Kysely<Tables>,
  { query, order }: Ranking,
  { table, from, to }: Piece,
  length: number,
): Promise<readonly Listed[]> {
  const [column, measure] = [sql.ref(dimensionColumns[dimensionOf(query)]), measures[order]];
  const days = Array.from({ length: (to - from) / dayMs }, (_, place) => from + place * dayMs);
  const lists = days.map(
    (day) => sql`select * from (select cast(${day} as bigint) as day, ${column} as name, ${measure} as value
      from ${sql.table(table)} where day = ${day} order by ${measure} desc limit ${sql.lit(length)}) as list`,
  );
  const statement = sql<Listed>`with lists as materialized (${sql.join(lists, sql` union all `)}),
    ends as materialized (select day, case when count(*) < ${sql.lit(length)} then 0 else min(value) end as value from lists group by day)
    select name, cast(sum(lists.value) as bigint) as value, cast(sum(ends.value) as bigint) as ends,
      (select cast(sum(value) as bigint) from ends) as "allEnds"
    from lists join ends on ends.day = lists.day group by name`;
  return statement.execute(kysely).then(({ rows }) => rows);
}

/** What the lists tell of each of those that are in any. */
class Seen {
  readonly #known = new Map<string, { value: number; ends: number }>();
  /** What those have at the most that are in no list. */
  mostOfOthers = 0;

  addLists(rows: readonly Listed[]): void {
    this.mostOfOthers += rows[0]?.allEnds ?? 0;
    for (const { name, value, ends } of rows) this.#add(name, value, ends);
  }

  addList(rows: readonly Ranked[], length: number): void {
    const end = rows.length < length ? 0 : (rows.at(-1)?.value ?? 0);
    this.mostOfOthers += end;
    for (const { first, value } of rows) this.#add(first, value, end);
  }

  #add(name: string, value: number, end: number): void {
    const known = this.#known.get(name);
    if (known === undefined) this.#known.set(name, { value, ends: end });
    else {
      known.value += value;
      known.ends += end;
    }
  }

  /** All others have less than as many as are asked for have already. */
  namesThatMayBeAmong(most: number): readonly string[] {
    const values = [...this.#known.values()].map(({ value }) => value).toSorted((one, other) => other - one);
    const least = values[most - 1] ?? 0;
    const mayBe = [...this.#known].filter(([, { value, ends }]) => value + this.mostOfOthers - ends >= least);
    return mayBe.map(([name]) => name);
  }
}
