import type { Migration } from "./migration.ts";

/** Which instances serve from the database, and which of them does what only one may do at a time. */
export const leasesAndInstances: Migration = {
  number: 15,
  name: "leases and instances",
  statements: [
    `create table leases (
      name text not null primary key,
      holder text not null,
      installation text not null,
      beat bigint not null,
      lease_ms bigint not null,
      held_since bigint not null
    )`,
    `create table instances (
      id text not null primary key,
      installation text not null,
      host text not null,
      process_id bigint not null,
      version text not null,
      services text not null,
      workers bigint not null,
      started_at bigint not null,
      seen_at bigint not null
    )`,
  ],
};
