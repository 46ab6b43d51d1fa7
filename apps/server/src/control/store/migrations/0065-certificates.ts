import type { Migration } from "./migration.ts";

/** Certificates that an authority has issued, the accounts by which it was asked, and what it finds when it looks whose a name is. */
export const certificates: Migration = {
  number: 65,
  name: "certificates",
  statements: [
    `create table certificates (
      name text not null primary key,
      domains text not null,
      directory text not null,
      chain text,
      key_enc text,
      issued_at bigint,
      order_url text,
      order_key_enc text,
      order_directory text,
      asked_at bigint,
      failures bigint not null,
      next_attempt_at bigint not null,
      last_error text,
      last_error_at bigint,
      version bigint not null,
      updated_at bigint not null
    )`,
    `create table acme_accounts (
      directory text not null primary key,
      url text,
      key_enc text not null,
      email text,
      created_at bigint not null
    )`,
    `create table acme_challenges (
      token text not null primary key,
      answer text not null,
      expires_at bigint not null
    )`,
  ],
};
