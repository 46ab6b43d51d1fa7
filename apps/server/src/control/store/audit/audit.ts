import { sql, type RawBuilder } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { AuditFilter, AuditStore } from "./audit-store.ts";
import { recorderIn } from "./audit-append.ts";
import { cuttingIn } from "./audit-cut.ts";
import { toEntry } from "./audit-row.ts";

export function auditIn(database: Database): AuditStore {
  const { kysely, authorship, read } = database;
  const record = recorderIn(database);
  return {
    by: (author, run) => authorship.by(author, run),
    author: () => authorship.current(),
    add: (drafts, events) => kysely.transaction().execute((transaction) => record(transaction, drafts, events)),
    list: ({ limit, before, behind }, filter) =>
      read(async (from) => {
        let query = from.selectFrom("audit_log").selectAll().where(isKept).where(matches(filter));
        if (before !== undefined) query = query.where("sequence", "<", before);
        if (behind !== undefined) query = query.where("sequence", ">", behind);
        return (await query.orderBy("sequence", "desc").limit(limit).execute()).map(toEntry);
      }),
    after: (sequence, limit, filter) =>
      read(async (from) => {
        const query = from.selectFrom("audit_log").selectAll().where(isKept).where("sequence", ">", sequence);
        return (await query.where(matches(filter)).orderBy("sequence").limit(limit).execute()).map(toEntry);
      }),
    async chain(sequence, limit) {
      const query = kysely.selectFrom("audit_log").selectAll().where("sequence", ">", sequence);
      return query.orderBy("sequence").limit(limit).execute();
    },
    async find(id) {
      const row = await kysely
        .selectFrom("audit_log")
        .selectAll()
        .where(isKept)
        .where("id", "=", id)
        .executeTakeFirst();
      return row && toEntry(row);
    },
    async ends() {
      const heads = kysely.selectFrom("audit_head").selectAll().where("name", "=", "audit");
      const { last, hash, cut, cut_hash: cutHash } = await heads.executeTakeFirstOrThrow();
      return { head: { sequence: last, hash }, cut: { sequence: cut, hash: cutHash } };
    },
    ...cuttingIn(database),
  };
}

const isKept = sql<boolean>`sequence > (select cut from audit_head where name = 'audit')`;

function matches(filter: AuditFilter): RawBuilder<boolean> {
  const { actor, action, objectKind, objectId, outcome, from, to, text } = filter;
  const conditions = [
    actor === undefined ? null : isBy(actor),
    action === undefined ? null : isOf(action),
    objectKind === undefined ? null : sql<boolean>`object_kind = ${objectKind}`,
    objectId === undefined ? null : sql<boolean>`object_id = ${objectId}`,
    outcome === undefined ? null : sql<boolean>`outcome = ${outcome}`,
    from === undefined ? null : sql<boolean>`happened_at >= ${from}`,
    to === undefined ? null : sql<boolean>`happened_at < ${to}`,
    ...(text ?? "").split(/\s+/).map((word) => (word === "" ? null : isFoundBy(word))),
  ].filter((condition) => condition !== null);
  return conditions.length === 0 ? sql<boolean>`1 = 1` : sql<boolean>`(${sql.join(conditions, sql` and `)})`;
}

function isBy(actor: string): RawBuilder<boolean> {
  const pattern = `${escaped(actor)}%`;
  return sql<boolean>`(actor_id = ${actor} or actor_user_id = ${actor} or lower(actor_name) like ${pattern} escape '\\')`;
}

/** `key.` is all that was done to keys. */
function isOf(action: string): RawBuilder<boolean> {
  if (!action.endsWith(".")) return sql<boolean>`action = ${action}`;
  return sql<boolean>`action like ${`${escaped(action)}%`} escape '\\'`;
}

const searched = ["action", "actor_name", "object_name", "object_id", "address", "request_id", "changes", "details"];

function isFoundBy(text: string): RawBuilder<boolean> {
  const pattern = `%${escaped(text)}%`;
  const conditions = searched.map((column) => sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`);
  return sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}

function escaped(text: string): string {
  return text.toLowerCase().replace(/[\\%_]/g, "\\$&");
}
