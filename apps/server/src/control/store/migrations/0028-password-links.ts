import type { Migration } from "./migration.ts";

/** Links by which somebody sets a password. Each counts once, and a user has one at a time. */
export const passwordLinks: Migration = {
  number: 28,
  name: "password links",
  statements: [
    `create table password_links (
      user_id text not null primary key constraint password_links_user_id_reference
        references users (id) on delete cascade,
      token_hash text not null,
      expires_at bigint not null,
      created_at bigint not null,
      constraint password_links_token_hash_unique unique (token_hash)
    )`,
  ],
};
