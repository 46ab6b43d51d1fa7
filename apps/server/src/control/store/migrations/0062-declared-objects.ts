import type { Migration } from "./migration.ts";

/** Which objects the configuration file declares, and where in it; and which file each instance has. */
export const declaredObjects: Migration = {
  number: 62,
  name: "declared objects",
  statements: [
    `create table declared_objects (
      kind text not null check (kind in ('provider', 'model', 'alias', 'team', 'key')),
      object_id text not null,
      name text not null,
      place text not null,
      primary key (kind, object_id)
    )`,
    "alter table instances add column declared_digest text",
  ],
};
