import type { Kysely, Selectable } from "kysely";
import type { SessionsTable } from "#control/store/sign-in/tables.ts";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { deed } from "#domain/audit.ts";
import { storableText, toBit } from "./columns.ts";
import type { Database } from "./database.ts";
import { isWithin } from "./reach.ts";
import type { SessionRow, SessionStore } from "./session-store.ts";
import type { Tables } from "./tables.ts";

const owners = { user: "user_id" };
const longestAgent = 300;
/** Their tokens say by themselves when they end; a clock that somebody has set forward shall end none earlier. */
const forgottenAfterMs = 24 * 60 * 60 * 1000;

export function sessionsIn(database: Database): SessionStore {
  const { kysely, now } = database;
  return {
    async create(session) {
      await kysely
        .deleteFrom("sessions")
        .where("expires_at", "<", now() - forgottenAfterMs)
        .execute();
      await kysely.transaction().execute((transaction) => add(database, transaction, toColumns(session)));
    },
    async find(id) {
      const row = await kysely.selectFrom("sessions").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRow(row);
    },
    async list({ limit, after, userId }, reach) {
      const working = kysely.selectFrom("sessions").selectAll().where("expires_at", ">", now());
      let query = working.where(isWithin(reach, owners)).orderBy("id").limit(limit);
      if (after !== undefined) query = query.where("id", ">", after);
      if (userId !== undefined) query = query.where("user_id", "=", userId);
      return (await query.execute()).map(toRow);
    },
    async dueBy(at, limit) {
      const due = kysely.selectFrom("sessions").selectAll().where("refresh_at", "<=", at);
      return (await due.orderBy("refresh_at").limit(limit).execute()).map(toRow);
    },
    async moveRefresh({ id, refreshAt: from }, to) {
      const target = kysely.updateTable("sessions").set({ refresh_at: to }).where("id", "=", id);
      const isAsItWas = from === null ? target.where("refresh_at", "is", null) : target.where("refresh_at", "=", from);
      return Number((await isAsItWas.executeTakeFirst()).numUpdatedRows) === 1;
    },
    async noteFactor(id) {
      await kysely.updateTable("sessions").set({ has_factor: 1 }).where("id", "=", id).execute();
    },
    async noteSeen(id, at) {
      await kysely.updateTable("sessions").set({ seen_at: at }).where("id", "=", id).execute();
    },
    ...endingIn(database),
  };
}

function endingIn(database: Database): Pick<SessionStore, "end" | "endOf"> {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async end(id, reach) {
      return kysely.transaction().execute(async (transaction) => {
        const target = transaction.deleteFrom("sessions").where("id", "=", id).where(isWithin(reach, owners));
        const row = await target.returningAll().executeTakeFirst();
        if (row === undefined) return undefined;
        const details = { user_id: row.user_id };
        await record(transaction, [deed("session.ended", { kind: "session", id, name: "" }, { details })]);
        return toRow(row);
      });
    },
    endOf: (userId) =>
      kysely.transaction().execute(async (transaction) => {
        const sessions = await endSessionsOf(transaction, userId);
        const user = { kind: "user", id: userId, name: "" };
        if (sessions > 0) await record(transaction, [deed("session.ended", user, { details: { sessions } })]);
        return sessions;
      }),
  };
}

/** Whoever signs in is nobody until he has: the entry tells of him as of the one whose session it is. */
async function add(database: Database, transaction: Kysely<Tables>, row: Selectable<SessionsTable>): Promise<void> {
  const { authorship } = database;
  await transaction.insertInto("sessions").values(row).execute();
  const users = transaction.selectFrom("users").select("email").where("id", "=", row.user_id);
  const name = (await users.executeTakeFirst())?.email ?? "";
  const actor = { kind: "session", id: row.user_id, name, userId: row.user_id } as const;
  const details = { session_id: row.id, method: row.method, browser: row.is_browser === 1 };
  const entry = deed("session.created", { kind: "user", id: row.user_id, name }, { details });
  await authorship.by({ ...authorship.current(), actor }, () => recorderIn(database)(transaction, [entry]));
}

export async function endSessionsOf(kysely: Kysely<Tables>, userId: string): Promise<number> {
  const ended = await kysely.deleteFrom("sessions").where("user_id", "=", userId).returning("id").execute();
  return ended.length;
}

function toColumns(session: Omit<SessionRow, "seenAt">): Selectable<SessionsTable> {
  const { id, userId, method, address, userAgent, isBrowser, createdAt, expiresAt } = session;
  return {
    ...{ id, user_id: userId, method, address, user_agent: storableText(userAgent, longestAgent) },
    ...{ is_browser: toBit(isBrowser), created_at: createdAt, seen_at: createdAt },
    ...{ expires_at: expiresAt, refresh_at: session.refreshAt, has_factor: toBit(session.hasFactor) },
  };
}

function toRow(row: Selectable<SessionsTable>): SessionRow {
  return {
    ...{ id: row.id, userId: row.user_id, method: row.method, address: row.address, userAgent: row.user_agent },
    ...{ isBrowser: row.is_browser === 1, createdAt: row.created_at, seenAt: row.seen_at },
    ...{ expiresAt: row.expires_at, refreshAt: row.refresh_at },
    hasFactor: row.has_factor === 1,
  };
}
