import type { Migration } from "./migration.ts";

/** Keys by which people sign in without a password (WebAuthn), and the challenges that have been signed already. */
export const passkeys: Migration = {
  number: 45,
  name: "passkeys",
  statements: [
    `create table passkeys (
      id text not null primary key,
      user_id text not null constraint passkeys_user_id_reference references users (id) on delete cascade,
      credential_id text not null,
      public_key text not null,
      rp_id text not null,
      name text not null,
      counter bigint not null,
      transports text not null,
      is_synced integer not null check (is_synced in (0, 1)),
      created_at bigint not null,
      last_used_at bigint,
      constraint passkeys_credential_id_unique unique (credential_id)
    )`,
    "create index passkeys_by_user on passkeys (user_id, id)",
    `create table used_challenges (
      challenge_hash text not null primary key,
      expires_at bigint not null
    )`,
    "create index used_challenges_by_time on used_challenges (expires_at)",
  ],
};
