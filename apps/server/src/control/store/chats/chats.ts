import { sql, type Kysely, type Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, removed } from "#control/store/audit/row-changes.ts";
import type { Database } from "#control/store/database.ts";
import { isWithin } from "#control/store/reach.ts";
import type { Tables } from "#control/store/tables.ts";
import { readCursor } from "#control/store/cursors.ts";
import { addTurn, said } from "./add-turn.ts";
import type { AttachmentRow, ChatChange, ChatQuery, ChatRow, ChatStore, MessageRow, Taking } from "./chat-store.ts";
import type { ChatAttachmentsTable, ChatSessionsTable, MessagesTable } from "./tables.ts";

const owners = { user: "user_id", key: "api_key_id", team: "team_id" };
const dayMs = 24 * 3_600_000;

export function chatsIn(database: Database): ChatStore {
  const { kysely, promptDays: days, now } = database;
  return {
    days,
    ...takingIn(database),
    add: (turn) => kysely.transaction().execute((transaction) => addTurn(transaction, turn, now())),
    ...readingIn(database),
    change: changerIn(database),
    remove: removerIn(database),
    async forget(most) {
      const since = keptSince(database);
      const old = kysely.selectFrom("chat_sessions").select("id").where("updated_at", "<", since);
      const sessions = kysely.deleteFrom("chat_sessions").where("id", "in", old.orderBy("updated_at").limit(most));
      const past = kysely.selectFrom("messages").select("id").where("created_at", "<", since);
      const messages = kysely.deleteFrom("messages").where("id", "in", past.orderBy("created_at").limit(most));
      const counts = [await sessions.executeTakeFirstOrThrow(), await messages.executeTakeFirstOrThrow()];
      await removeUnnamed(kysely);
      return Math.max(...counts.map(({ numDeletedRows }) => Number(numDeletedRows)));
    },
  };
}

const keptSince = ({ now, promptDays }: Database): number => now() - promptDays * dayMs;

function keptIn(database: Database) {
  return database.kysely.selectFrom("chat_sessions").where("updated_at", ">=", keptSince(database));
}

/** Into whose hands a session is given. */
function takingIn(database: Database): Pick<ChatStore, "take" | "holdOn" | "giveBack"> {
  const { kysely, now } = database;
  return {
    async take({ sessionId, requestId, userId, teamId, until }: Taking) {
      const query = keptIn(database).select("team_id").where("id", "=", sessionId).where("user_id", "=", userId);
      const row = await query.executeTakeFirst();
      if (row === undefined || row.team_id !== teamId) return { kind: "not_found" };
      const free = kysely.updateTable("chat_sessions").set({ busy_request: requestId, busy_until: until });
      const { numUpdatedRows } = await free
        .where("id", "=", sessionId)
        .where((one) => one.or([one("busy_until", "is", null), one("busy_until", "<", now())]))
        .executeTakeFirstOrThrow();
      return { kind: numUpdatedRows > 0n ? "taken" : "busy" };
    },
    async holdOn(requestIds, until) {
      const held = kysely.updateTable("chat_sessions").set({ busy_until: until });
      await held.where("busy_request", "in", requestIds).execute();
    },
    async giveBack(sessionId, requestId) {
      const held = kysely.updateTable("chat_sessions").set({ busy_request: null, busy_until: null });
      await held.where("id", "=", sessionId).where("busy_request", "=", requestId).execute();
    },
  };
}

function readingIn(database: Database): Pick<ChatStore, "list" | "count" | "find" | "messages" | "attachments"> {
  const { kysely } = database;
  return {
    async list({ limit, after, isArchived, teamId }: ChatQuery, reach) {
      let query = keptIn(database).selectAll().where(isWithin(reach, owners));
      if (isArchived !== undefined) query = query.where("archived", "=", isArchived ? 1 : 0);
      if (teamId !== undefined) query = query.where("team_id", teamId === null ? "is" : "=", teamId);
      if (after !== undefined) query = query.where(isBehind(after));
      return (await query.orderBy("updated_at", "desc").orderBy("id", "desc").limit(limit).execute()).map(toRow);
    },
    async count(userId, most) {
      return (await keptIn(database).select("id").where("user_id", "=", userId).limit(most).execute()).length;
    },
    async find(id, reach) {
      const query = keptIn(database).selectAll().where("id", "=", id).where(isWithin(reach, owners));
      const row = await query.executeTakeFirst();
      return row && toRow(row);
    },
    async messages(sessionId, ofLastTurn = false) {
      let query = kysely.selectFrom("messages").selectAll().where("session_id", "=", sessionId);
      query = query.where("created_at", ">=", keptSince(database));
      if (ofLastTurn) query = query.where("turn", "=", lastTurn(sessionId));
      return (await query.orderBy("turn").orderBy("id").execute()).map(toMessage);
    },
    async attachments(ids) {
      if (ids.length === 0) return [];
      const rows = await kysely.selectFrom("chat_attachments").selectAll().where("id", "in", ids).execute();
      return rows.map(toAttachment);
    },
  };
}

function changerIn(database: Database): ChatStore["change"] {
  const record = recorderIn(database);
  return (id, given, reach) =>
    database.kysely.transaction().execute(async (transaction) => {
      const rows = transaction.updateTable("chat_sessions").where("id", "=", id).where(isWithin(reach, owners));
      const before = await rows
        .set((one) => ({ id: one.ref("id") }))
        .returningAll()
        .executeTakeFirst();
      if (before === undefined) return undefined;
      const after = await rows
        .set({ id, ...toColumns(given) })
        .returningAll()
        .executeTakeFirstOrThrow();
      await record(transaction, changed("chat_sessions", before, after));
      return toRow(after);
    });
}

function removerIn(database: Database): ChatStore["remove"] {
  const record = recorderIn(database);
  return async (id, reach) => {
    const isGone = await database.kysely.transaction().execute(async (transaction) => {
      const query = transaction.deleteFrom("chat_sessions").where("id", "=", id).where(isWithin(reach, owners));
      const rows = await query.returningAll().execute();
      await record(transaction, removed("chat_sessions", rows));
      return rows.length > 0;
    });
    if (isGone) await removeUnnamed(database.kysely);
    return isGone;
  };
}

const lastTurn = (sessionId: string) => sql<number>`(select max(turn) from messages where session_id = ${sessionId})`;

/** By the time of the last word, newest first. */
function isBehind(after: string) {
  const { value, id } = readCursor(after);
  return sql<boolean>`(updated_at < ${value} or (updated_at = ${value} and id < ${id}))`;
}

/** A message that names one meanwhile keeps it: the reference between them then refuses, and the next who removes something tries it again. */
async function removeUnnamed(kysely: Kysely<Tables>): Promise<void> {
  const isNamed = sql<boolean>`exists (select 1 from message_attachments where attachment_id = chat_attachments.id)`;
  await kysely
    .deleteFrom("chat_attachments")
    .where((one) => one.not(isNamed))
    .execute();
}

function toColumns({ title, isArchived }: ChatChange): Partial<ChatSessionsTable> {
  return {
    ...(title && { title: title.content, content_key_id: title.contentKeyId }),
    ...(isArchived !== undefined && { archived: isArchived ? 1 : 0 }),
  };
}

function toRow(row: Selectable<ChatSessionsTable>): ChatRow {
  return {
    ...{ id: row.id, userId: row.user_id, apiKeyId: row.api_key_id, teamId: row.team_id },
    title: { content: row.title, contentKeyId: row.content_key_id },
    ...{ model: row.model_id, dialect: row.dialect, createdAt: row.created_at, updatedAt: row.updated_at },
    isArchived: row.archived === 1,
  };
}

function toMessage({ role: speaker, ...row }: Selectable<MessagesTable>): MessageRow {
  return {
    ...{ id: row.id, turn: row.turn, requestId: row.request_id, content: row.content },
    isSaid: speaker === said,
    state: row.state === "cut" ? "cut" : "whole",
    attachments: JSON.parse(row.attachments) as readonly string[],
    ...{ contentKeyId: row.content_key_id, bytes: row.bytes, createdAt: row.created_at },
  };
}

function toAttachment({ id, bytes, content, content_key_id }: Selectable<ChatAttachmentsTable>): AttachmentRow {
  return { id, bytes, content, contentKeyId: content_key_id };
}
