// The next page of what an erasure looks through: requests, entries of the audit log, then events, then what was and will be sent of these.

import { sql, type Kysely, type Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { erasedDeed } from "#control/store/audit/audit-erased.ts";
import { digestOf, personalHashOf } from "#control/store/audit/chain.ts";
import type { AuditLogTable } from "#control/store/audit/tables.ts";
import type { Database } from "#control/store/database.ts";
import { holdHead } from "#control/store/events/outbox-head.ts";
import type { Tables } from "#control/store/tables.ts";
import type { JsonValue } from "#domain/audit.ts";
import { withoutPerson, type Event } from "./event-data.ts";
import { Redactor, type Told } from "./redactor.ts";
import type { Progress, Subject } from "./subject.ts";

interface Looking {
  readonly subject: Subject;
  readonly progress: Progress;
}

/** Of one transaction. */
const pageSize = 200;

/** How far it has come; null where all was read. */
export async function lookThrough(
  database: Database,
  transaction: Kysely<Tables>,
  looking: Looking,
): Promise<Progress | null> {
  return (
    (await nextRequests(transaction, looking)) ??
    (await nextEntries(database, transaction, looking)) ??
    (await nextEvents(transaction, looking)) ??
    (await nextDeliveries(transaction, looking))
  );
}

async function nextRequests(transaction: Kysely<Tables>, { subject, progress }: Looking): Promise<Progress | null> {
  const [at, after] = progress.usage;
  const page = transaction
    .selectFrom("usage_logs")
    .select(["id", "created_at"])
    .where("user_id", "=", subject.userId)
    .where("created_at", ">=", at)
    .where(sql<boolean>`(created_at, id) > (${at}, ${after})`);
  const rows = await page.orderBy("created_at").orderBy("id").limit(pageSize).execute();
  const last = rows.at(-1);
  if (last === undefined) return null;
  // The times let PostgreSQL pass over all other months.
  await transaction
    .updateTable("usage_logs")
    .set({ ip_address: null, user_agent: null })
    .where("created_at", ">=", at)
    .where("created_at", "<=", last.created_at)
    .where(
      "id",
      "in",
      rows.map(({ id }) => id),
    )
    .execute();
  return { ...progress, usage: [last.created_at, last.id], requests: progress.requests + rows.length };
}

/** Of what came later a name may be somebody else's: then only ids tell. */
class Redactors {
  readonly #both: readonly [before: Redactor, later: Redactor];

  constructor(subject: Subject) {
    this.#both = [new Redactor(subject), new Redactor({ ...subject, texts: [] })];
  }

  at(place: number, begun: number): Redactor {
    return this.#both[place <= begun ? 0 : 1];
  }
}

type Entry = Selectable<AuditLogTable>;

async function nextEntries(
  database: Database,
  transaction: Kysely<Tables>,
  { subject, progress }: Looking,
): Promise<Progress | null> {
  const redactors = new Redactors(subject);
  const page = transaction.selectFrom("audit_log").selectAll().where("sequence", ">", progress.audit);
  const rows = await page.orderBy("sequence").limit(pageSize).execute();
  const last = rows.at(-1);
  if (last === undefined) return null;
  const left = rows.flatMap((row) => leftOf(row, redactors.at(row.sequence, progress.again.audit)) ?? []);
  if (left.length > 0) await rewrite(database, transaction, subject.userId, left);
  return { ...progress, audit: last.sequence, entries: progress.entries + left.length };
}

function leftOf(row: Entry, redactor: Redactor): Entry | null {
  const left = redactor.entry({
    ...{ actorId: row.actor_id, actorUserId: row.actor_user_id, actorName: row.actor_name },
    ...{ objectId: row.object_id, objectName: row.object_name, address: row.address, userAgent: row.user_agent },
    ...{ changes: JSON.parse(row.changes) as JsonValue, details: JSON.parse(row.details) as JsonValue },
  });
  return left === null ? null : { ...row, ...toColumns(left) };
}

function toColumns({ actorName, objectName, address, userAgent, changes, details }: Told) {
  return {
    ...{ actor_name: actorName, object_name: objectName, address, user_agent: userAgent },
    ...{ changes: JSON.stringify(changes), details: JSON.stringify(details) },
  };
}

/** The entry that says so comes in the same transaction; its place is known while the head is held. */
async function rewrite(
  database: Database,
  transaction: Kysely<Tables>,
  userId: string,
  left: readonly Entry[],
): Promise<void> {
  await holdHead(transaction);
  const { last } = await transaction.selectFrom("audit_head").select("last").executeTakeFirstOrThrow();
  for (const row of left) {
    const { actor_name: actorName, object_name: objectName, address, user_agent: userAgent, changes, details } = row;
    const before = await transaction
      .selectFrom("audit_log")
      .selectAll()
      .where("sequence", "=", row.sequence)
      .executeTakeFirstOrThrow();
    await transaction
      .updateTable("audit_log")
      .set({
        ...{ actor_name: actorName, object_name: objectName, address, user_agent: userAgent, changes, details },
        ...{ salt: null, personal_hash: before.personal_hash ?? personalHashOf(before), erased_in: last + 1 },
      })
      .where("sequence", "=", row.sequence)
      .execute();
  }
  const digests = new Map(left.map((row) => [row.sequence, digestOf(row)]));
  await recorderIn(database)(transaction, [erasedDeed(userId, digests)]);
}

async function nextEvents(transaction: Kysely<Tables>, { subject, progress }: Looking): Promise<Progress | null> {
  const redactors = new Redactors(subject);
  const page = transaction.selectFrom("outbox").selectAll().where("sequence", ">", progress.outbox);
  const rows = await page.orderBy("sequence").limit(pageSize).execute();
  const last = rows.at(-1);
  if (last === undefined) return null;
  let events = 0;
  for (const { sequence, name, user_id: userId, data } of rows) {
    const redactor = redactors.at(sequence, progress.again.outbox);
    const event: Event = { name, isHis: userId === subject.userId, data };
    const left = withoutPerson(event, redactor);
    if (left === null) continue;
    events += 1;
    await transaction.updateTable("outbox").set({ data: left }).where("sequence", "=", sequence).execute();
  }
  return { ...progress, outbox: last.sequence, events: progress.events + events };
}

async function nextDeliveries(transaction: Kysely<Tables>, { subject, progress }: Looking): Promise<Progress | null> {
  const redactors = new Redactors(subject);
  const page = transaction.selectFrom("webhook_deliveries").selectAll().where("id", ">", progress.delivery);
  const rows = await page.orderBy("id").limit(pageSize).execute();
  const last = rows.at(-1);
  if (last === undefined) return null;
  let events = 0;
  for (const { id, sequence, event_name: name, event: text } of rows) {
    const redactor = redactors.at(sequence, progress.again.outbox);
    if (!redactor.mentions(text)) continue;
    const event = JSON.parse(text) as { readonly data: { readonly user_id?: unknown } };
    const isHis = event.data.user_id === subject.userId;
    const left = withoutPerson({ name, isHis, data: JSON.stringify(event.data) }, redactor);
    if (left === null) continue;
    events += 1;
    const whole = JSON.stringify({ ...event, data: JSON.parse(left) as JsonValue });
    await transaction.updateTable("webhook_deliveries").set({ event: whole }).where("id", "=", id).execute();
  }
  return { ...progress, delivery: last.id, events: progress.events + events };
}
