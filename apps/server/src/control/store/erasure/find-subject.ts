// Gathers what an erasure looks for, before what it is known by is gone.

import { roleNames, teamRoleNames } from "@ghostllm/contract";
import { sql, type Kysely } from "kysely";
import { z } from "zod";
import type { Tables } from "#control/store/tables.ts";
import { textsToFind, type Subject } from "./subject.ts";

/** Of what was told about somebody: more than anybody has. */
const mostEntries = 5_000;

/** Null where nothing is known of such a person. */
export async function findSubject(transaction: Kysely<Tables>, userId: string): Promise<Subject | null> {
  const users = transaction.selectFrom("users").select(["email", "username", "kind"]).where("id", "=", userId);
  const user = await users.executeTakeFirst();
  if (user !== undefined && user.kind !== "person") return null;
  const told = await textsOfEntries(transaction, userId);
  if (user === undefined && told === null) return null;
  const texts = [user?.email ?? null, user?.username ?? null, ...(await textsOfOthers(transaction, userId))];
  const words = [...roleNames, ...teamRoleNames, "[erased]"];
  return { userId, ids: await idsOf(transaction, userId), texts: textsToFind([...texts, ...(told ?? [])], words) };
}

/** As issuers and directories call him. */
async function textsOfOthers(transaction: Kysely<Tables>, userId: string): Promise<readonly (string | null)[]> {
  const identities = transaction.selectFrom("user_identities").select("subject").where("user_id", "=", userId);
  const entries = transaction.selectFrom("directory_users").selectAll().where("user_id", "=", userId);
  return [
    ...(await identities.execute()).map(({ subject }) => subject),
    ...(await entries.execute()).flatMap((entry) => [entry.user_name, entry.external_id]),
  ];
}

const changesSchema = z.array(z.object({ field: z.string(), before: z.json(), after: z.json() }));
const detailsSchema = z.record(z.string(), z.json());

/** Names that he had before, too. Null where nothing was told of him. */
async function textsOfEntries(transaction: Kysely<Tables>, userId: string): Promise<readonly (string | null)[] | null> {
  const about = transaction.selectFrom("audit_log").select(["action", "changes", "details"]);
  const entries = await about
    .where("object_kind", "=", "user")
    .where("object_id", "=", userId)
    .where("action", "in", ["user.created", "user.changed", "user.removed", "user.identified"])
    .orderBy("sequence", "desc")
    .limit(mostEntries)
    .execute();
  if (entries.length === 0) return null;
  const values = entries.flatMap(({ changes, details }) => [
    ...changesSchema
      .parse(JSON.parse(changes))
      .filter(({ field }) => field === "email" || field === "username")
      .flatMap(({ before, after }) => [before, after]),
    detailsSchema.parse(JSON.parse(details))["subject"],
  ]);
  return values.map((value) => (typeof value === "string" ? value : null));
}

/** Of his own things, those included that are gone. */
async function idsOf(transaction: Kysely<Tables>, userId: string): Promise<readonly string[]> {
  const own = (["api_keys", "views", "sessions", "passkeys"] as const).map((table) =>
    transaction.selectFrom(table).select("id").where("user_id", "=", userId).execute(),
  );
  const ids: (string | null)[] = [];
  for (const rows of own) ids.push(...(await rows).map(({ id }) => id));
  const former = await sql<{ id: string | null }>`
    select distinct object_id as id from audit_log
    where object_kind in ('key', 'view', 'passkey') and changes like ${`%"${userId}"%`} limit ${mostEntries}`.execute(
    transaction,
  );
  ids.push(...former.rows.map(({ id }) => id));
  return [...new Set(ids.flatMap((id) => id ?? []))];
}
