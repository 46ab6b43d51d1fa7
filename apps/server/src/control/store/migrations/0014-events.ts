import type { Migration } from "./migration.ts";

/**
 * What has happened and is to be told. The place of an event is taken from `outbox_head` in its transaction: whoever reads on
 * from a place misses none that is committed later. What is sent to a webhook is kept with its delivery, which may outlive the event.
 */
export const events: Migration = {
  number: 14,
  name: "events",
  statements: [
    `create table outbox (
      sequence bigint not null primary key,
      id text not null,
      name text not null,
      happened_at bigint not null,
      stored_at bigint not null,
      subject text not null,
      partition_key text not null,
      user_id text,
      data text not null
    )`,
    "create index outbox_user on outbox (user_id, sequence)",
    "create table outbox_head (name text not null primary key, last bigint not null)",
    "insert into outbox_head (name, last) values ('outbox', 0)",
    `create table event_sinks (
      name text not null primary key,
      event_names text not null,
      told bigint not null,
      wanted_until bigint
    )`,
    `create table webhooks (
      id text not null primary key,
      name text not null,
      url text not null,
      event_names text not null,
      secret_enc text not null,
      is_active integer not null check (is_active in (0, 1)),
      inactive_reason text,
      failing_since bigint,
      told bigint not null,
      created_at bigint not null,
      updated_at bigint not null,
      constraint webhooks_name_unique unique (name)
    )`,
    `create table webhook_deliveries (
      id text not null primary key,
      webhook_id text not null constraint webhook_deliveries_webhook_id_reference references webhooks (id) on delete cascade,
      sequence bigint not null,
      event_id text not null,
      event_name text not null,
      partition_key text not null,
      event text not null,
      state text not null,
      attempts bigint not null,
      next_at bigint not null,
      last_status bigint,
      last_error text,
      created_at bigint not null,
      settled_at bigint
    )`,
    "create index webhook_deliveries_listed on webhook_deliveries (webhook_id, sequence, id)",
    "create index webhook_deliveries_waiting on webhook_deliveries (webhook_id, state, partition_key, sequence)",
  ],
};
