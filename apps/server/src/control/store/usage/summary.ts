// Sums of usage by one thing, of all that there is of it.

import { sql, type RawBuilder } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Store } from "#control/store/store.ts";
import type { UsageFilter, UsageGrouping } from "#control/store/usage-store.ts";
import { hoursInDays } from "./days.ts";
import { dayMs, type RollupColumn } from "./rollups.ts";
import { isFound, piecesOf, type Piece } from "./series-sources.ts";
import { hourlySums, type HourlySums } from "./usage-row.ts";
import { hourMs, hourOf, toSums } from "./usage-sums.ts";

interface Grouping {
  readonly columns: readonly RollupColumn[];
  readonly bucketMs: number | null;
  group(piece: Piece): RawBuilder<string | number>;
}

const byColumn = (column: RollupColumn): Grouping => ({
  columns: [column],
  bucketMs: null,
  // Of what has no team, or no organisation, they are empty.
  group: () => sql`coalesce(${sql.ref(column)}, '')`,
});
const byTime = (bucketMs: number): Grouping => ({
  columns: [],
  bucketMs,
  group: ({ time }) => sql`${time} - ${time} % ${sql.lit(bucketMs)}`,
});

const groupings: Readonly<Record<UsageGrouping, Grouping>> = {
  ...{ hour: byTime(hourMs), day: byTime(dayMs), user: byColumn("user_id"), api_key: byColumn("api_key_id") },
  ...{ team: byColumn("team_id"), organisation: byColumn("organisation_id"), provider: byColumn("provider_id") },
  model: { columns: ["provider", "model"], bucketMs: null, group: () => sql`provider || '/' || model` },
};

/** Later than whatever was asked. */
const endOfTime = 8_640_000_000_000_000;

export function summarizerIn(database: Database): Store["usage"]["summarize"] {
  return (filter, grouping, reach) =>
    database.read(async (kysely) => {
      const { columns, bucketMs, group } = groupings[grouping];
      const bucket = bucketMs === null ? null : { ms: bucketMs, offsetMs: 0 };
      const whole = { ...filter, ...timeOf(filter) };
      const upTo = await hoursInDays(kysely);
      const pieces = piecesOf({ source: "rollups", filter: whole, bucket, columns }, reach, upTo);
      const rows = pieces.map(
        (piece) => sql`select ${group(piece)} as group_name, ${sql.join(hourlySums.map((sum) => sql.ref(sum)))}
          from ${sql.table(piece.table)} where ${isFound(whole, piece, reach)}`,
      );
      const sums = hourlySums.map((sum) => sql`cast(sum(${sql.ref(sum)}) as bigint) as ${sql.ref(sum)}`);
      const summary = sql<HourlySums & { readonly group_name: string | number }>`select group_name, ${sql.join(sums)}
        from (${sql.join(rows, sql` union all `)}) as usage group by group_name order by group_name`;
      const found = (await summary.execute(kysely)).rows;
      return found.map(({ group_name: name, ...own }) => ({ group: String(name), ...toSums(own) }));
    });
}

function timeOf({ from, to }: UsageFilter): { readonly from: number; readonly to: number } {
  return { from: from === undefined ? 0 : hourOf(from), to: to === undefined ? endOfTime : hourOf(to) };
}
