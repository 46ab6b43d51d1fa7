import type { Migration } from "./migration.ts";

/**
 * What was spent, in one table for whatever can have a budget, and for periods other than all time. No foreign keys: what was
 * spent outlives who spent it.
 */
export const spend: Migration = {
  number: 8,
  name: "spend",
  statements: [
    `create table spend (
      scope_kind text not null,
      scope_id text not null,
      period text not null,
      nanos bigint not null,
      primary key (scope_kind, scope_id, period)
    )`,
    `insert into spend (scope_kind, scope_id, period, nanos)
      select 'user', id, 'total', current_spend from users where current_spend <> 0`,
    `insert into spend (scope_kind, scope_id, period, nanos)
      select 'key', id, 'total', current_spend from api_keys where current_spend <> 0`,
    "alter table users drop column current_spend",
    "alter table api_keys drop column current_spend",
  ],
};
