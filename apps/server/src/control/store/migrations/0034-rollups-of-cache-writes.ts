import type { Migration } from "./migration.ts";

const sums = ["cache_write_tokens", "cache_write_hour_tokens"];

/** As the rollups are written: texts are cut, since they are in an index. */
const keys = {
  hour: "created_at - created_at % 3600000",
  ...Object.fromEntries(
    ["user_id", "api_key_id", "provider_id", "provider", "model", "requested_model", "status"].map((column) => [
      column,
      `substr(${column}, 1, 200)`,
    ]),
  ),
  model_id: "substr(coalesce(model_id, ''), 1, 200)",
};

/** The rollups know what vendors wrote into their caches: of hours from before as far as the log has them. */
export const rollupsOfCacheWrites: Migration = {
  number: 34,
  name: "rollups of cache writes",
  statements: [
    ...sums.map((sum) => `alter table usage_hourly add column ${sum} bigint not null default 0`),
    `update usage_hourly set ${sums.map((sum) => `${sum} = written.${sum}`).join(", ")}
      from (select ${Object.entries(keys)
        .map(([column, expression]) => `${expression} as ${column}`)
        .join(", ")}, ${sums.map((sum) => `cast(sum(${sum}) as bigint) as ${sum}`).join(", ")}
        from usage_logs where ${sums.map((sum) => `${sum} > 0`).join(" or ")}
        group by ${Object.values(keys).join(", ")}) as written
      where ${Object.keys(keys)
        .map((column) => `usage_hourly.${column} = written.${column}`)
        .join(" and ")}`,
  ],
};
