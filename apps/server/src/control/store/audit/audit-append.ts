// Adds entries to the audit log, in the transaction of what they tell of, with the events that go out. Invariant: the log is one chain,
// however many write: the row of the outbox's head is held from before the last entry is read until the transaction ends. So it is
// called last in a transaction, as events are.

import { randomBytes } from "node:crypto";
import { newId } from "@ghostllm/contract";
import type { Kysely } from "kysely";
import { prepareBulk, type BulkStatement } from "#control/store/bulk.ts";
import { storableText } from "#control/store/columns.ts";
import type { Database } from "#control/store/database.ts";
import { eventAppenderIn } from "#control/store/events/outbox-append.ts";
import { holdHead } from "#control/store/events/outbox-head.ts";
import type { Tables } from "#control/store/tables.ts";
import type { AuditLogTable } from "./tables.ts";
import type { AuditDraft, Author } from "#domain/audit.ts";
import type { EventDraft } from "#domain/event.ts";
import { checkVersion, renewVersions } from "#control/store/units/versions.ts";
import type { Told } from "#control/store/units/unit.ts";
import { auditEvent } from "./audit-event.ts";
import { chained, type Unchained } from "./chain.ts";

export type RecordChanges = (
  transaction: Kysely<Tables>,
  drafts: readonly AuditDraft[],
  events?: readonly EventDraft[],
) => Promise<void>;

const columns = [
  ...(["sequence", "id", "happened_at", "action", "outcome"] as const),
  ...(["actor_kind", "actor_id", "actor_name", "actor_user_id"] as const),
  ...(["object_kind", "object_id", "object_name"] as const),
  ...(["address", "user_agent", "request_id", "route", "changes", "details", "hash", "salt"] as const),
] satisfies readonly (keyof AuditLogTable)[];

const insertEntries: BulkStatement = {
  width: columns.length,
  text: (rows) => `insert into audit_log (${columns.join(", ")}) values ${rows}`,
};

const longestText = 300;
const saltBytes = 16;

export function recorderIn(database: Database): RecordChanges {
  const write = writerIn(database);
  return async (transaction, drafts, events = []) => {
    const { authorship, units } = database;
    const author = authorship.current();
    const unit = units.current;
    if (drafts.length > 0) {
      await unit?.expect((expected) => checkVersion(transaction, expected));
      authorship.noteWritten(drafts.length, await renewVersions(transaction, drafts));
    }
    // In a unit other changes may follow, and the head is touched last.
    if (unit === null) return write(transaction, [{ author, drafts, events }]);
    unit.tell({ author, drafts, events });
  };
}

/** What was told within a unit, at its end. */
export function tellingIn(database: Database): (told: readonly Told[]) => Promise<void> {
  const write = writerIn(database);
  return async (told) => {
    if (told.length > 0) await database.kysely.transaction().execute((transaction) => write(transaction, told));
  };
}

function writerIn(database: Database): (transaction: Kysely<Tables>, told: readonly Told[]) => Promise<void> {
  const append = eventAppenderIn(database);
  const insert = prepareBulk<AuditLogTable>(database.engine, insertEntries, (row) =>
    columns.map((column) => row[column]),
  );
  return async (transaction, told) => {
    const events = told.flatMap((one) => one.events);
    const drafts = told.flatMap(({ author, drafts: own }) => own.map((draft) => ({ author, draft })));
    if (drafts.length === 0) return append(transaction, events);
    await holdHead(transaction);
    const heads = transaction.selectFrom("audit_head").select(["last", "hash"]).where("name", "=", "audit");
    const head = await heads.executeTakeFirstOrThrow();
    const now = database.now();
    const unchained = drafts.map(({ draft, author }, index) =>
      toRow(draft, author, { sequence: head.last + index + 1, now }),
    );
    const rows = chained(head.hash, unchained);
    const end = rows.at(-1);
    await insert.run(transaction, rows);
    await transaction
      .updateTable("audit_head")
      .set({ last: head.last + rows.length, hash: end?.hash ?? head.hash })
      .where("name", "=", "audit")
      .execute();
    await append(transaction, [...events, ...rows.map(auditEvent)]);
  };
}

interface Place {
  readonly sequence: number;
  readonly now: number;
}

function toRow(draft: AuditDraft, author: Author, { sequence, now }: Place): Unchained {
  const { actor, requestId, route } = author;
  const { object } = draft;
  return {
    ...{ sequence, id: newId(now), happened_at: now, action: draft.action, outcome: draft.outcome },
    ...{ actor_kind: actor.kind, actor_id: actor.id, actor_name: short(actor.name), actor_user_id: actor.userId },
    ...{ object_kind: object?.kind ?? null, object_id: object?.id ?? null },
    object_name: object === null ? null : short(object.name),
    ...{ address: short(author.address), user_agent: short(author.userAgent), request_id: requestId, route },
    // JSON writes as escapes what an engine could not hold.
    ...{ changes: JSON.stringify(draft.changes), details: JSON.stringify(draft.details) },
    ...{ salt: randomBytes(saltBytes).toString("hex"), personal_hash: null, erased_in: null },
  };
}

function short(text: string): string {
  return storableText(text, longestText);
}
