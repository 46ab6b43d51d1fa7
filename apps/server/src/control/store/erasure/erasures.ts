// Erasures: one transaction takes from a user all that is his alone, so that he is gone at once. What others read, the audit log and
// events, is looked through after that, page by page. Invariant: a process that dies leaves nothing half done that the next one does not
// go on with: pages and how far they have come are one transaction.

import { newId } from "@ghostllm/contract";
import { sql, type Kysely, type Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { change, type Database } from "#control/store/database.ts";
import { headIn } from "#control/store/events/outbox-head.ts";
import { keepGoverned } from "#control/store/governing.ts";
import type { Tables } from "#control/store/tables.ts";
import { deed, type AuditDraft } from "#domain/audit.ts";
import type { ErasureRow, ErasureStore } from "./erasure-store.ts";
import { findSubject } from "./find-subject.ts";
import { personalRowsIn, tables } from "./personal-rows.ts";
import { lookThrough } from "./look-through.ts";
import { parseProgress, parseSubject, type Progress, type Subject } from "./subject.ts";
import type { ErasuresTable } from "./tables.ts";

const naming = { object: "erasure" };

export function erasuresIn(database: Database): ErasureStore {
  const { kysely } = database;
  return {
    personal: personalRowsIn(database),
    begin: (userId) =>
      change(database, naming, () =>
        kysely.transaction().execute((transaction) => begin(database, transaction, userId)),
      ),
    find: (userId) => find(kysely, userId),
    async list({ limit, after }) {
      let query = kysely.selectFrom("erasures").selectAll();
      if (after !== undefined)
        query = query.where(
          sql<boolean>`(started_at, user_id) < (select started_at, user_id from erasures where user_id = ${after})`,
        );
      return (await query.orderBy("started_at", "desc").orderBy("user_id", "desc").limit(limit).execute()).map(toRow);
    },
    async open() {
      const open = kysely.selectFrom("erasures").select("user_id").where("finished_at", "is", null);
      return (await open.orderBy("started_at").execute()).map(({ user_id: id }) => id);
    },
    step: (userId) =>
      kysely.transaction().execute(async (transaction) => {
        const row = await held(transaction, userId);
        if (row?.subject === undefined || row.subject === null) return false;
        const before = parseProgress(row.progress);
        const progress = await lookThrough(database, transaction, {
          subject: parseSubject(row.subject),
          progress: before,
        });
        if (progress === null) return false;
        await set(transaction, userId, { progress: JSON.stringify(progress) });
        return true;
      }),
    async endRound(userId) {
      const isDone = await kysely.transaction().execute((transaction) => endRound(database, transaction, userId));
      if (isDone) await database.engine.forgetOverwritten?.(kysely);
    },
  };
}

/** Was it the last one? */
async function endRound(database: Database, transaction: Kysely<Tables>, userId: string): Promise<boolean> {
  const row = await held(transaction, userId);
  if (row === undefined || row.finished_at !== null) return false;
  const progress = parseProgress(row.progress);
  if (progress.round === 2) {
    await finish(database, transaction, userId, progress);
    return true;
  }
  const next: Progress = { ...progress, ...progress.again, round: 2 };
  await set(transaction, userId, { progress: JSON.stringify(next) });
  return false;
}

async function begin(database: Database, transaction: Kysely<Tables>, userId: string): Promise<ErasureRow | undefined> {
  const known = await find(transaction, userId);
  if (known !== undefined) return known;
  await database.engine.lockGoverning(transaction);
  // Usage is added to many keys at once, and here many are removed: each could wait for the other.
  await database.engine.lockUsage(transaction);
  const subject = await findSubject(transaction, userId);
  if (subject === null) return undefined;
  const users = transaction.selectFrom("users").select(["role", "is_active"]).where("id", "=", userId);
  const before = await users.executeTakeFirst();
  const removed = await remove(transaction, userId);
  if (before !== undefined) await keepGoverned(transaction, { before, after: null });
  await removeOrphans(transaction, subject);
  await recorderIn(database)(transaction, [told("user.erased", userId, { removed })]);
  const { last: audit } = await transaction.selectFrom("audit_head").select("last").executeTakeFirstOrThrow();
  const startedAt = database.now();
  // Other instances have other clocks.
  const again = { audit, outbox: await headIn(transaction), delivery: newId(startedAt - clockMs) };
  const start = { usage: [0, ""], audit: 0, outbox: 0, delivery: "" } as const;
  const progress: Progress = { round: 1, ...start, again, requests: 0, entries: 0, events: 0 };
  const row: ErasuresTable = {
    ...{ user_id: userId, started_at: startedAt, finished_at: null },
    ...{ subject: JSON.stringify(subject), progress: JSON.stringify(progress) },
  };
  await transaction.insertInto("erasures").values(row).execute();
  return toRow(row);
}

const clockMs = 60_000;

/** Answers how many rows of what. */
async function remove(transaction: Kysely<Tables>, userId: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { name, kind, isOf, erasure } of tables) {
    if (erasure !== "removed") continue;
    const { numAffectedRows } = await sql`delete from ${sql.table(name)} where ${isOf(userId)}`.execute(transaction);
    if (Number(numAffectedRows ?? 0n) > 0) counts[kind] = Number(numAffectedRows);
  }
  return counts;
}

/** Views that he shared before he was deleted. */
async function removeOrphans(transaction: Kysely<Tables>, { ids }: Subject): Promise<void> {
  const orphans = transaction.deleteFrom("views").where("user_id", "is", null);
  for (let at = 0; at < ids.length; at += mostIds)
    await orphans.where("id", "in", ids.slice(at, at + mostIds)).execute();
}

const mostIds = 500;

/** What requests add when they end. */
const late: readonly string[] = [
  ...["request_contents", "message_attachments", "messages", "chat_sessions", "chat_attachments"],
];

async function finish(
  database: Database,
  transaction: Kysely<Tables>,
  userId: string,
  { requests, entries, events }: Progress,
): Promise<void> {
  // What was on its way to the store when he was erased.
  for (const { name, isOf } of tables)
    if (late.includes(name)) await sql`delete from ${sql.table(name)} where ${isOf(userId)}`.execute(transaction);
  await set(transaction, userId, { finished_at: database.now(), subject: null });
  await recorderIn(database)(transaction, [told("user.erasure_finished", userId, { requests, entries, events })]);
}

function told(action: string, id: string, details: AuditDraft["details"]): AuditDraft {
  return deed(action, { kind: "user", id, name: "" }, { details });
}

/** Nobody else goes on with it until the transaction ends. */
async function held(transaction: Kysely<Tables>, userId: string): Promise<Selectable<ErasuresTable> | undefined> {
  const row = transaction.updateTable("erasures").set((one) => ({ user_id: one.ref("user_id") }));
  return row.where("user_id", "=", userId).returningAll().executeTakeFirst();
}

async function set(transaction: Kysely<Tables>, userId: string, values: Partial<ErasuresTable>): Promise<void> {
  await transaction.updateTable("erasures").set(values).where("user_id", "=", userId).execute();
}

async function find(kysely: Kysely<Tables>, userId: string): Promise<ErasureRow | undefined> {
  const row = await kysely.selectFrom("erasures").selectAll().where("user_id", "=", userId).executeTakeFirst();
  return row && toRow(row);
}

function toRow(row: Selectable<ErasuresTable>): ErasureRow {
  const { requests, entries, events } = parseProgress(row.progress);
  const times = { startedAt: row.started_at, finishedAt: row.finished_at };
  return { userId: row.user_id, ...times, progress: { requests, entries, events } };
}
