import type { Migration } from "./migration.ts";

/** What other gateways have told of spending and usage, so that only what differs from it is added when they tell it again. */
export const imports: Migration = {
  number: 66,
  name: "imports",
  statements: [
    `create table carried_spend (
      source text not null,
      scope_kind text not null,
      scope_id text not null,
      period text not null,
      nanos bigint not null,
      updated_at bigint not null,
      primary key (source, scope_kind, scope_id, period)
    )`,
    `create table carried_usage (
      source text not null,
      hour bigint not null,
      user_id text not null,
      api_key_id text not null,
      provider text not null,
      model text not null,
      requested_model text not null,
      status text not null,
      sums text not null,
      updated_at bigint not null,
      primary key (source, hour, user_id, api_key_id, provider, model, requested_model, status)
    )`,
  ],
};
