import type { Migration } from "./migration.ts";

const old = "usage_logs_before_months";
const indexes = ["by_time", "by_user", "by_model", "by_api_key"];
const columns = ["created_at", "user_id, created_at", "model_id, created_at", "api_key_id, created_at"];

/**
 * On PostgreSQL the log is divided by the month of `created_at`, so that old months can be dropped. No row is moved: the table that
 * there was becomes the first partition, up to the end of this month, and rows of the time after that, of a clock that was wrong,
 * go into months of their own. All of it is one transaction.
 */
export const usageByMonth: Migration = {
  number: 16,
  name: "usage by month",
  statements: [],
  postgres: [
    `alter table usage_logs rename to ${old}`,
    `alter table ${old} drop constraint usage_logs_pkey`,
    `alter table ${old} add constraint ${old}_pkey primary key (id, created_at)`,
    ...indexes.map((name) => `alter index usage_logs_${name} rename to ${old}_${name}`),
    `alter index usage_logs_failed rename to ${old}_failed`,
    `create table usage_logs (like ${old} including defaults including constraints) partition by range (created_at)`,
    "alter table usage_logs add constraint usage_logs_pkey primary key (id, created_at)",
    ...indexes.map((name, place) => `create index usage_logs_${name} on usage_logs (${columns[place]})`),
    "create index usage_logs_failed on usage_logs (created_at) where status <> 'ok'",
    `do $$
    declare
      bound bigint := extract(epoch from date_trunc('month', now() at time zone 'UTC') + interval '1 month') * 1000;
      month timestamp;
    begin
      for month in
        select distinct date_trunc('month', to_timestamp(created_at / 1000.0) at time zone 'UTC')
        from ${old} where created_at >= bound
      loop
        execute format(
          'create table %I partition of usage_logs for values from (%s) to (%s)',
          'usage_logs_' || to_char(month, 'FMYYYY_MM'),
          (extract(epoch from month) * 1000)::bigint,
          (extract(epoch from month + interval '1 month') * 1000)::bigint
        );
      end loop;
      with moved as (delete from ${old} where created_at >= bound returning *)
        insert into usage_logs select * from moved;
      if exists (select 1 from ${old}) then
        execute format('alter table usage_logs attach partition ${old} for values from (minvalue) to (%s)', bound);
      else
        drop table ${old};
      end if;
    end $$`,
  ],
};
