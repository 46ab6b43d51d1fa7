import type { Migration } from "./migration.ts";

/** Whose the objects are that vendors keep. No foreign keys: what is kept there outlives who made it. */
export const storedObjects: Migration = {
  number: 6,
  name: "stored objects",
  statements: [
    `create table stored_objects (
      id text not null primary key,
      user_id text not null,
      provider_id text not null,
      model text not null,
      requested_model text not null,
      kept_at bigint not null
    )`,
    "create index stored_objects_by_time on stored_objects (kept_at)",
  ],
};
