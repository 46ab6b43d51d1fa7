// The groups with the most of something, found without reading all there is of each.

import type { Kysely } from "kysely";
import type { Tables } from "#control/store/tables.ts";
import type { RankedGroups, SeriesQuery, UsageDimension } from "#control/store/usage-store.ts";
import { hoursInDays } from "./days.ts";
import { rankByDays } from "./ranks-of-days.ts";
import { readRanks, type Ranked, type Ranking } from "./ranks.ts";

/** Of which there may be so many that pairs with them are too many to be read. The most numerous first. */
const numerous = ["key", "user", "team"] as const satisfies readonly UsageDimension[];

export async function rankGroups(
  kysely: Kysely<Tables>,
  query: SeriesQuery,
  asked: Pick<Ranking, "order" | "most" | "reach">,
): Promise<RankedGroups> {
  const ranking = { ...asked, query, upTo: await hoursInDays(kysely) };
  const rows = (await rankPairs(kysely, ranking)) ?? (await readFirst(kysely, ranking));
  const groups = rows.map(({ first, second }) => [first, second].slice(0, query.dimensions.length));
  return { groups, count: rows.length === 0 ? 0 : (rows[0]?.groups ?? null) };
}

async function readFirst(kysely: Kysely<Tables>, ranking: Ranking): Promise<readonly Ranked[]> {
  return (await rankByDays(kysely, ranking)) ?? readRanks(kysely, ranking);
}

const mostLeaders = 2_000;

/**
 * No pair has more than its leading part has with all others. So the pairs of those that lead are enough, once each of the pairs that are
 * asked for has more than the last of the leaders. Undefined where too many lead by too little.
 */
async function rankPairs(kysely: Kysely<Tables>, ranking: Ranking): Promise<readonly Ranked[] | undefined> {
  const { query, most } = ranking;
  const leading = numerous.find((dimension) => query.dimensions.includes(dimension));
  if (leading === undefined || query.dimensions.length === 1 || query.source === "log") return undefined;
  const ofLeaders = { ...ranking, query: { ...query, dimensions: [leading] } };
  for (let count = Math.max(64, most * 4); count <= mostLeaders; count *= 4) {
    const leaders = await readFirst(kysely, { ...ofLeaders, most: count });
    const only = { dimension: leading, names: leaders.map(({ first }) => first) };
    const rows = await readRanks(kysely, ranking, only);
    if (leaders.length < count) return rows;
    const [last, leastLeader] = [rows[most - 1], leaders.at(-1)];
    if (last !== undefined && leastLeader !== undefined && last.value > leastLeader.value)
      return rows.map((row) => ({ ...row, groups: null }));
  }
  return undefined;
}
