import type { Migration } from "./migration.ts";

/** What was answered to an Idempotency-Key, sealed; in which version each object is that operators change; and what lists are sorted by. */
export const requestsThatComeAgain: Migration = {
  number: 36,
  name: "requests that come again",
  statements: [
    `create table idempotency_keys (
      key_hash text not null primary key,
      caller text not null,
      token text not null,
      instance text not null,
      key_enc text not null,
      fingerprint text not null,
      answer text,
      created_at bigint not null,
      claimed_at bigint not null
    )`,
    "create index idempotency_keys_by_caller on idempotency_keys (caller, created_at)",
    "create index idempotency_keys_by_time on idempotency_keys (created_at)",
    `create table object_versions (
      kind text not null,
      id text not null,
      version text not null,
      primary key (kind, id)
    )`,
    // Orders of lists.
    "create index users_by_name on users (lower(username), id)",
    "create index users_by_email on users (lower(email), id)",
    "create index api_keys_by_name on api_keys (lower(name), id)",
    "create index api_keys_by_expiry on api_keys (coalesce(expires_at, 9007199254740991), id)",
  ],
};
