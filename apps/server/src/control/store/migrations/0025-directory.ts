import type { Migration } from "./migration.ts";

/** What directories tell of people and groups (SCIM), and by which tokens they may. */
export const directory: Migration = {
  number: 25,
  name: "directory",
  statements: [
    `create table scim_tokens (
      id text not null primary key,
      name text not null,
      public_id text not null,
      token_hash text not null,
      last_used_at bigint,
      created_at bigint not null,
      constraint scim_tokens_token_hash_unique unique (token_hash)
    )`,
    `create table directory_users (
      user_id text not null primary key constraint directory_users_user_id_reference
        references users (id) on delete cascade,
      user_name text not null,
      user_name_key text not null,
      external_id text,
      attributes text not null,
      constraint directory_users_user_name_key_unique unique (user_name_key)
    )`,
    "create index directory_users_by_external_id on directory_users (external_id)",
    `create table directory_groups (
      id text not null primary key,
      display_name text not null,
      external_id text,
      created_at bigint not null,
      updated_at bigint not null,
      constraint directory_groups_display_name_unique unique (display_name)
    )`,
    `create table directory_members (
      group_id text not null constraint directory_members_group_id_reference
        references directory_groups (id) on delete cascade,
      user_id text not null constraint directory_members_user_id_reference references users (id) on delete cascade,
      primary key (group_id, user_id)
    )`,
    "create index directory_members_by_user on directory_members (user_id)",
  ],
};
