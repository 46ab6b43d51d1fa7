import { sql } from "kysely";
import type { Database } from "./database.ts";

const tables = [
  "users",
  "api_keys",
  "providers",
  "models",
  "aliases",
  "settings",
  "usage_logs",
  "usage_hourly",
  "spend",
  "sessions",
  "sign_in_methods",
  "user_identities",
  "session_grants",
  "second_factors",
  "recovery_codes",
  "passkeys",
  "used_challenges",
  "password_links",
  "scim_tokens",
  "directory_users",
  "directory_groups",
  "directory_members",
  "stored_objects",
  "certificates",
] as const;

/** Looks into every table, in a transaction as writers begin it: what is locked, or not there, shows at once. */
export async function probe({ kysely }: Database): Promise<void> {
  await kysely.transaction().execute(async (transaction) => {
    for (const table of tables) await sql`select 1 from ${sql.table(table)} limit 1`.execute(transaction);
  });
}
