import type { Migration } from "./migration.ts";

/** Issuers by which people sign in, whom each of them knows under which name, and what a session needs to ask its issuer again. */
export const signInMethods: Migration = {
  number: 19,
  name: "sign-in methods",
  statements: [
    `create table sign_in_methods (
      id text not null primary key,
      label text not null,
      issuer text not null,
      client_id text not null,
      client_secret_enc text,
      scopes text not null,
      claims text not null,
      trusts_email integer not null check (trusts_email in (0, 1)),
      provision_domains text not null,
      group_roles text not null,
      default_role text not null,
      is_active integer not null check (is_active in (0, 1)),
      created_at bigint not null,
      updated_at bigint not null,
      constraint sign_in_methods_label_unique unique (label)
    )`,
    `create table user_identities (
      issuer text not null,
      subject text not null,
      user_id text not null constraint user_identities_user_id_reference references users (id) on delete cascade,
      created_at bigint not null,
      primary key (issuer, subject),
      constraint user_identities_issuer_unique unique (user_id, issuer)
    )`,
    `create table session_grants (
      session_id text not null primary key constraint session_grants_session_id_reference
        references sessions (id) on delete cascade,
      method_id text not null constraint session_grants_method_id_reference
        references sign_in_methods (id) on delete cascade,
      issuer text not null,
      subject text not null,
      id_token_enc text not null,
      refresh_token_enc text
    )`,
    "create index session_grants_by_method on session_grants (method_id)",
    "alter table sessions add column refresh_at bigint",
    "create index sessions_to_refresh on sessions (refresh_at)",
  ],
};
