import type { Migration } from "./migration.ts";

/** Codes of an authenticator app, and codes for whoever has lost it. Each counts once: of the former the last step that has counted is kept. */
export const secondFactors: Migration = {
  number: 26,
  name: "second factors",
  statements: [
    `create table second_factors (
      user_id text not null primary key constraint second_factors_user_id_reference
        references users (id) on delete cascade,
      secret_enc text not null,
      confirmed_at bigint,
      last_step bigint not null,
      created_at bigint not null
    )`,
    `create table recovery_codes (
      user_id text not null constraint recovery_codes_user_id_reference
        references second_factors (user_id) on delete cascade,
      code_hash text not null,
      primary key (user_id, code_hash)
    )`,
  ],
};
