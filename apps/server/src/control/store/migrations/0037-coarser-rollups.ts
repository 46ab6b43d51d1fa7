import { creationOf, sketches, sums, type CoarserRollup } from "./coarser-rollup.ts";
import type { Migration } from "./migration.ts";

const ofModel = ["provider_id", "provider", "model", "requested_model", "status"];

interface Rollup extends CoarserRollup {
  /** Of which it is made: of the one with the fewest rows that knows enough. */
  readonly from: string;
}

const rollups: readonly Rollup[] = [
  { table: "usage_hourly_models", time: "hour", keys: ofModel, facts: [], from: "usage_hourly" },
  {
    ...{ table: "usage_hourly_teams", time: "hour", keys: ["organisation_id", "team_id", "status"], facts: [] },
    from: "usage_hourly",
  },
  {
    ...{ table: "usage_daily_teams", time: "day", keys: ["team_id", "organisation_id", ...ofModel], facts: [] },
    from: "usage_hourly",
  },
  {
    ...{ table: "usage_daily_organisations", time: "day", keys: ["organisation_id", ...ofModel], facts: [] },
    from: "usage_daily_teams",
  },
  {
    ...{ table: "usage_daily_keys", time: "day", keys: ["user_id", "api_key_id", "status"] },
    ...{ facts: ["team_id", "organisation_id"], from: "usage_hourly" },
  },
];

const valueOf = (column: string): string => (column.endsWith("_id") ? `coalesce(${column}, '')` : column);

function filling({ table, time, keys, facts, from }: Rollup): string {
  const isOfHours = from === "usage_hourly";
  const told = [isOfHours && time === "day" ? "hour - hour % 86400000" : time, ...keys.map(valueOf)];
  return `insert into ${table} (${[time, ...keys, ...facts, ...sums, ...sketches].join(", ")})
    select ${[
      ...told,
      ...facts.map((column) => `coalesce(min(${column}), '')`),
      ...sums.map((column) => `sum(${column})`),
      ...sketches.map((column) => `coalesce(string_agg(${column}, ''), '')`),
    ].join(", ")} from ${from} group by ${told.join(", ")} order by 1`;
}

const further = [
  "create index usage_daily_teams_by_team on usage_daily_teams (team_id, day)",
  "create index usage_daily_keys_by_user on usage_daily_keys (user_id, day)",
];

/**
 * Sums with fewer rows than the hourly ones of keys and models, made of those. On SQLite the rows lie in the order of their time, as
 * they are read; on PostgreSQL pages have room for the many changes of the rows of a day.
 */
export const coarserRollups: Migration = {
  number: 37,
  name: "coarser rollups",
  statements: [],
  postgres: [
    // Of millions of rows, without files of its own for sorting.
    ...["set local work_mem = '256MB'", "set local jit = off"],
    ...rollups.flatMap((one) => [creationOf(one, "with (fillfactor = 70)"), filling(one)]),
    ...further,
  ],
  sqlite: [...rollups.flatMap((one) => [creationOf(one, "without rowid"), filling(one)]), ...further],
};
