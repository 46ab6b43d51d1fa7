import type { Migration } from "./migration.ts";

const keys = [
  "hour",
  "user_id",
  "api_key_id",
  "provider_id",
  "provider",
  "model_id",
  "model",
  "requested_model",
  "status",
];
const sums = ["prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens"];

/** As the rollups are written: texts are cut, since they are in an index. */
const grouped = [
  "created_at - created_at % 3600000",
  ...["user_id", "api_key_id", "provider_id", "provider"].map((column) => `substr(${column}, 1, 200)`),
  "substr(coalesce(model_id, ''), 1, 200)",
  ...["model", "requested_model", "status"].map((column) => `substr(${column}, 1, 200)`),
];

/**
 * The rollups know aliases and how requests ended, and have sketches of latencies. They are made anew from the log, which has all
 * but sketches; of hours from before there are none.
 */
export const rollupsByAliasAndStatus: Migration = {
  number: 11,
  name: "rollups by alias and status",
  statements: [
    `create table usage_hourly_anew (
      hour bigint not null,
      user_id text not null,
      api_key_id text not null,
      provider_id text not null,
      provider text not null,
      model_id text not null,
      model text not null,
      requested_model text not null,
      status text not null,
      requests bigint not null,
      errors bigint not null,
      unpriced_requests bigint not null,
      prompt_tokens bigint not null,
      completion_tokens bigint not null,
      cached_tokens bigint not null,
      reasoning_tokens bigint not null,
      cost bigint not null,
      latency_sketch text not null default '',
      ttft_sketch text not null default '',
      primary key (${keys.join(", ")})
    )`,
    `insert into usage_hourly_anew (${[...keys, "requests", "errors", "unpriced_requests", ...sums, "cost"].join(", ")})
      select ${grouped.join(", ")}, count(*),
        sum(case when status in ('error', 'timeout', 'shutdown') then 1 else 0 end),
        sum(case when cost is null then 1 else 0 end),
        ${sums.map((column) => `sum(${column})`).join(", ")}, coalesce(sum(cost), 0)
      from usage_logs group by ${grouped.join(", ")}`,
    "drop table usage_hourly",
    "alter table usage_hourly_anew rename to usage_hourly",
    "create index usage_hourly_by_user on usage_hourly (user_id, hour)",
  ],
};
