import type { Migration } from "./migration.ts";

/**
 * A public name that stands for targets is an alias; "route" is left to HTTP. Made anew rather than renamed, so that its
 * constraint is named after it: the column of a conflict is read from that name.
 */
export const aliases: Migration = {
  number: 7,
  name: "aliases",
  statements: [
    `create table aliases (
      id text not null primary key,
      name text not null,
      strategy text not null,
      targets text not null,
      created_at bigint not null,
      updated_at bigint not null,
      constraint aliases_name_unique unique (name)
    )`,
    `insert into aliases (id, name, strategy, targets, created_at, updated_at)
      select id, name, strategy, targets, created_at, updated_at from routes`,
    "drop table routes",
  ],
};
