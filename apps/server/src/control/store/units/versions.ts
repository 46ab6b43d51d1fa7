// The version of each object that operators change: a new one in the transaction of each change that the audit log is told of, so that
// there is no change without one. What was made before there were versions has the first until it is changed.

import { GhostError, newId } from "@ghostllm/contract";
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type { AuditDraft } from "#domain/audit.ts";
import type { Expectation, VersionStore } from "./unit-store.ts";

const firstVersion = "0";
/** SQLite takes 32,766 parameters in one statement. */
const mostIds = 1_000;

interface VersionedObject {
  readonly kind: string;
  readonly id: string;
}

export function versionsIn({ kysely }: Database): VersionStore {
  return {
    find: (object) => versionOf(kysely, object),
    async forgetOrphans() {
      for (const orphan of orphans) await kysely.deleteFrom("object_versions").where(orphan).execute();
    },
  };
}

/** They go with what they belong to, and are not told of one by one. */
const memberIsGone = sql<boolean>`kind = 'member'
  and not exists (select 1 from team_members where object_versions.id = team_id || '/' || user_id)`;

function isGone(kind: string, table: keyof Tables): RawBuilder<boolean> {
  return sql<boolean>`kind = ${kind} and not exists (select 1 from ${sql.table(table)} as one where one.id = object_versions.id)`;
}

const orphans = [
  memberIsGone,
  isGone("model", "models"),
  isGone("user", "users"),
  isGone("key", "api_keys"),
  isGone("view", "views"),
  isGone("chat_session", "chat_sessions"),
];

async function versionOf(kysely: Kysely<Tables>, { kind, id }: VersionedObject): Promise<string> {
  const query = kysely.selectFrom("object_versions").select("version").where("kind", "=", kind).where("id", "=", id);
  return (await query.executeTakeFirst())?.version ?? firstVersion;
}

/**
 * Rejects where the object has another version than is expected. Whoever changes it at the same time waits, or was waited for: what
 * holds until the end of the transaction is the row of its version.
 */
export async function checkVersion(transaction: Kysely<Tables>, { kind, id, versions }: Expectation): Promise<void> {
  const insertion = transaction.insertInto("object_versions").values({ kind, id, version: firstVersion });
  await insertion.onConflict((conflict) => conflict.doNothing()).execute();
  const row = await transaction
    .updateTable("object_versions")
    .set((known) => ({ version: known.ref("version") }))
    .where("kind", "=", kind)
    .where("id", "=", id)
    .returning("version")
    .executeTakeFirst();
  if (!versions.includes(row?.version ?? firstVersion)) throw hasChanged();
}

function hasChanged(): GhostError {
  const message = "It has been changed since it was read: read it again, and send the change with its new ETag";
  return new GhostError("precondition_failed", message, { param: "If-Match" });
}

/** Gives what is told of new versions, and forgets those of what is gone. Answers them by `kind/id`. */
export async function renewVersions(
  transaction: Kysely<Tables>,
  drafts: readonly AuditDraft[],
): Promise<ReadonlyMap<string, string>> {
  const gone = drafts.filter(isRemoval);
  const changed = new Map(drafts.filter(isChange).map((draft) => [nameOf(draft), draft]));
  const renewed = new Map<string, string>();
  for (const [name, draft] of changed) {
    const row = { ...objectOf(draft), version: newId() };
    const insertion = transaction.insertInto("object_versions").values(row);
    await insertion.onConflict((conflict) => conflict.columns(["kind", "id"]).doUpdateSet(row)).execute();
    renewed.set(name, row.version);
  }
  for (const [kind, objects] of Map.groupBy(gone.map(objectOf), (object) => object.kind))
    await forget(
      transaction,
      kind,
      objects.map(({ id }) => id),
    );
  return renewed;
}

async function forget(transaction: Kysely<Tables>, kind: string, ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += mostIds) {
    const deletion = transaction.deleteFrom("object_versions").where("kind", "=", kind);
    await deletion.where("id", "in", ids.slice(at, at + mostIds)).execute();
  }
}

function isRemoval({ action }: AuditDraft): boolean {
  return /\.(removed|erased)$/.test(action);
}

/** Nothing is another one since somebody has signed in or has tested it. A route that changes a setting is told of by its own name. */
function isChange(draft: AuditDraft): boolean {
  if (isRemoval(draft) || draft.outcome !== "done") return false;
  return draft.changes.length > 0 || draft.action.includes(".update");
}

function nameOf(draft: AuditDraft): string {
  const { kind, id } = objectOf(draft);
  return `${kind}/${id}`;
}

/** A member is told of as what happens to his team, and is an object of its own. */
function objectOf({ action, object, details }: AuditDraft): VersionedObject {
  const [kind = ""] = action.split(".");
  const id = object?.id ?? "";
  return kind === "member" ? { kind, id: `${id}/${String(details["user_id"])}` } : { kind, id };
}
