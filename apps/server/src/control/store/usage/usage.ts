import { setImmediate as nextTurn } from "node:timers/promises";
import { sql, type RawBuilder } from "kysely";
import { definedOnly } from "#control/store/columns.ts";
import type { Database } from "#control/store/database.ts";
import { isWithin } from "#control/store/reach.ts";
import type { Store } from "#control/store/store.ts";
import type { UsageFilter, UsageGrouping } from "#control/store/usage-store.ts";
import { drainerIn } from "./drain-lines.ts";
import { owners, requestsIn } from "./requests.ts";
import { retentionIn } from "./retention.ts";
import { usageSeriesIn } from "./series.ts";
import { usageInserterIn } from "./usage-insert.ts";
import { hourlySums } from "./usage-row.ts";
import { hourMs, hourOf, toSums } from "./usage-sums.ts";

export function usageIn(database: Database): Store["usage"] {
  return {
    insert: usageInserterIn(database),
    drain: database.engine.drain ?? drainerIn(database, nextTurn),
    ...requestsIn(database),
    ...retentionIn(database),
    series: usageSeriesIn(database),
    summarize: usageSummarizerIn(database),
  };
}

function usageSummarizerIn(database: Database): Store["usage"]["summarize"] {
  return (filter, grouping, reach) =>
    database.read(async (kysely) => {
      const group = groupings[grouping];
      let query = kysely
        .selectFrom("usage_hourly")
        .select([group.as("group_name"), ...hourlySums.map((sum) => sumOf(sum).as(sum))])
        .where((builder) => builder.and(equalities(filter)))
        .where(isWithin(reach, owners))
        .groupBy(group)
        .orderBy(group);
      if (filter.from !== undefined) query = query.where("hour", ">=", hourOf(filter.from));
      if (filter.to !== undefined) query = query.where("hour", "<", hourOf(filter.to));
      const rows = await query.execute();
      return rows.map(({ group_name: name, ...sums }) => ({ group: String(name), ...toSums(sums) }));
    });
}

const dayMs = 24 * hourMs;

const groupings: Record<UsageGrouping, RawBuilder<string | number>> = {
  hour: sql`hour`,
  day: sql`hour - hour % ${sql.lit(dayMs)}`,
  user: sql`user_id`,
  api_key: sql`api_key_id`,
  team: sql`coalesce(team_id, '')`,
  organisation: sql`coalesce(organisation_id, '')`,
  provider: sql`provider_id`,
  model: sql`provider || '/' || model`,
};

/** Cast, because PostgreSQL's sum of integers is a decimal. */
function sumOf(column: (typeof hourlySums)[number]): RawBuilder<number> {
  return sql<number>`cast(sum(${sql.ref(column)}) as bigint)`;
}

function equalities({ userId, apiKeyId, modelId, providerId }: UsageFilter) {
  return definedOnly({ user_id: userId, api_key_id: apiKeyId, model_id: modelId, provider_id: providerId });
}
