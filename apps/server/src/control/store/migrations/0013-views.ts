import type { Migration } from "./migration.ts";

/** Views of the console's lists. Who is removed takes along what was his alone; what he shared is everybody's. */
export const views: Migration = {
  number: 13,
  name: "views",
  statements: [
    `create table views (
      id text not null primary key,
      user_id text constraint views_user_id_reference references users (id) on delete set null,
      page text not null,
      name text not null,
      search text not null,
      is_shared integer not null check (is_shared in (0, 1)),
      created_at bigint not null,
      updated_at bigint not null,
      constraint views_name_unique unique (user_id, page, name)
    )`,
    "create index views_shared on views (is_shared, id)",
  ],
};
