// Keeps the outbox within its bounds: what everybody has been told goes soon, and what somebody still waits for goes when there is
// too much of it.

import { sql, type Kysely } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type { EventStore, OutboxBounds } from "./event-store.ts";
import { headIn } from "./outbox-head.ts";
import { parseNames } from "./wanted.ts";

/** So many at once hold up nobody. */
const stepRows = 1_000;

interface Waiting {
  readonly sink: string;
  readonly told: number;
  readonly names: readonly string[];
}

export function outboxCutterIn({ kysely, now }: Database): EventStore["cut"] {
  return async (bounds) => {
    await kysely.deleteFrom("event_sinks").where("wanted_until", "<=", now()).execute();
    const sinks = await readSinks(kysely);
    const upTo = await limitOf(kysely, bounds, Math.min(...sinks.map(({ told }) => told)));
    const missed = new Map<string, number>();
    for (const sink of sinks) if (sink.told < upTo) missed.set(sink.sink, await passOver(kysely, sink, upTo));
    return (await remove(kysely, upTo)) ? { upTo, missed } : null;
  };
}

async function readSinks(kysely: Kysely<Tables>): Promise<readonly Waiting[]> {
  // Who follows until a moment holds up nobody.
  const sinks = await kysely.selectFrom("event_sinks").selectAll().where("wanted_until", "is", null).execute();
  const webhooks = await kysely.selectFrom("webhooks").selectAll().where("is_active", "=", 1).execute();
  return [
    ...sinks.map(({ name, told, event_names: names }) => ({ sink: name, told, names: parseNames(names) })),
    ...webhooks.map(({ id, told, event_names: names }) => ({ sink: `webhook ${id}`, told, names: parseNames(names) })),
  ];
}

/** The place of the last event that has to go; `floor` is what everybody has been told. */
async function limitOf(kysely: Kysely<Tables>, { told, waiting }: OutboxBounds, floor: number): Promise<number> {
  const head = await headIn(kysely);
  const oldTold = Math.max(await lastBefore(kysely, told.before), head - told.most);
  const oldWaiting = Math.max(await lastBefore(kysely, waiting.before), head - waiting.most);
  return Math.max(Math.min(floor, oldTold), oldWaiting);
}

/** The place of the last of the oldest events that were stored before this moment; a step at a time. */
async function lastBefore(kysely: Kysely<Tables>, moment: number): Promise<number> {
  let last = 0;
  for (;;) {
    const { rows } = await sql<{ sequence: number; stored_at: number }>`
      select sequence, stored_at from outbox where sequence > ${last} order by sequence limit 1 offset ${stepRows - 1}`.execute(
      kysely,
    );
    const [row] = rows;
    if (row === undefined || row.stored_at >= moment) break;
    last = row.sequence;
  }
  const rest = kysely.selectFrom("outbox").select(["sequence", "stored_at"]).where("sequence", ">", last);
  const rows = await rest.orderBy("sequence").limit(stepRows).execute();
  return rows.findLast(({ stored_at: storedAt }) => storedAt < moment)?.sequence ?? last;
}

/** Answers how many events the sink will not be told. */
async function passOver(kysely: Kysely<Tables>, { sink, told, names }: Waiting, upTo: number): Promise<number> {
  const [, webhookId] = sink.split(" ");
  const { count } = await kysely
    .selectFrom("outbox")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("sequence", ">", told)
    .where("sequence", "<=", upTo)
    .where("name", "in", names.length === 0 ? [""] : [...names])
    .executeTakeFirstOrThrow();
  if (webhookId === undefined)
    await kysely.updateTable("event_sinks").set({ told: upTo }).where("name", "=", sink).execute();
  else await kysely.updateTable("webhooks").set({ told: upTo }).where("id", "=", webhookId).execute();
  return count;
}

async function remove(kysely: Kysely<Tables>, upTo: number): Promise<boolean> {
  let hasRemoved = false;
  for (;;) {
    const first = await kysely.selectFrom("outbox").select("sequence").orderBy("sequence").limit(1).executeTakeFirst();
    if (first === undefined || first.sequence > upTo) return hasRemoved;
    const last = Math.min(upTo, first.sequence + stepRows - 1);
    await kysely.deleteFrom("outbox").where("sequence", "<=", last).execute();
    hasRemoved = true;
  }
}
