import { newId } from "@ghostllm/contract";
import { sql, type Selectable } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { WebhookDeliveriesTable } from "#control/store/tables.ts";
import {
  deliveryStates,
  type DeliveryRow,
  type DeliveryState,
  type NewDelivery,
  type WebhookStore,
} from "./event-store.ts";

type Deliveries = Pick<
  WebhookStore,
  "enqueue" | "countWaiting" | "heads" | "nextOf" | "hurry" | "settle" | "deliveries" | "resend" | "prune"
>;

/** Times some fifteen columns, this stays far below the engines' limits on parameters. */
const rowsPerStatement = 100;

export function deliveriesIn(database: Database): Deliveries {
  const { kysely, now } = database;
  return {
    enqueue: enqueuerIn(database),
    ...queueIn(database),
    async settle(deliveryId, { state, attempts, nextAt, lastStatus, lastError }) {
      const result = { state, attempts, next_at: nextAt, last_status: lastStatus, last_error: lastError };
      const values = { ...result, settled_at: state === "waiting" ? null : now() };
      await kysely.updateTable("webhook_deliveries").set(values).where("id", "=", deliveryId).execute();
    },
    deliveries: listerIn(database),
    async resend(id, deliveryId) {
      const query = kysely
        .updateTable("webhook_deliveries")
        .set({ state: "waiting", attempts: 0, next_at: now(), settled_at: null })
        .where("webhook_id", "=", id)
        .where("id", "=", deliveryId)
        .where("state", "!=", "waiting")
        .returningAll();
      const row = await query.executeTakeFirst();
      return row && toRow(row);
    },
    prune: prunerIn(database),
  };
}

type Queue = Pick<Deliveries, "countWaiting" | "heads" | "nextOf" | "hurry">;

/** Of what waits to be sent. */
function queueIn({ kysely, now }: Database): Queue {
  const waiting = (id: string) =>
    kysely.selectFrom("webhook_deliveries").where("webhook_id", "=", id).where("state", "=", "waiting");
  return {
    async countWaiting(id) {
      return (
        await waiting(id)
          .select(({ fn }) => fn.countAll<number>().as("n"))
          .executeTakeFirstOrThrow()
      ).n;
    },
    async heads(id, limit) {
      const rows = await sql<WebhookDeliveriesTable>`
        select * from webhook_deliveries as one where webhook_id = ${id} and state = 'waiting' and not exists (
          select 1 from webhook_deliveries as earlier where earlier.webhook_id = ${id} and earlier.state = 'waiting'
          and earlier.partition_key = one.partition_key
          and (earlier.sequence < one.sequence or (earlier.sequence = one.sequence and earlier.id < one.id)))
        order by next_at, sequence limit ${limit}`.execute(kysely);
      return rows.rows.map(toRow);
    },
    async nextOf(id, partitionKey) {
      const query = waiting(id).selectAll().where("partition_key", "=", partitionKey);
      const row = await query.orderBy("sequence").orderBy("id").limit(1).executeTakeFirst();
      return row && toRow(row);
    },
    async hurry(id) {
      const later = kysely.updateTable("webhook_deliveries").set({ next_at: now() }).where("webhook_id", "=", id);
      await later.where("state", "=", "waiting").where("next_at", ">", now()).execute();
    },
  };
}

function listerIn({ kysely }: Database): WebhookStore["deliveries"] {
  return async (id, { limit, after, state }) => {
    let query = kysely.selectFrom("webhook_deliveries").selectAll().where("webhook_id", "=", id);
    // Those of one batch have ids of the same moment.
    if (after !== undefined)
      query = query.where(
        sql<boolean>`(sequence, id) < (select sequence, id from webhook_deliveries where id = ${after})`,
      );
    if (state !== undefined) query = query.where("state", "=", state);
    return (await query.orderBy("sequence", "desc").orderBy("id", "desc").limit(limit).execute()).map(toRow);
  };
}

function enqueuerIn({ kysely, now }: Database): WebhookStore["enqueue"] {
  return async (webhook, told, deliveries) =>
    kysely.transaction().execute(async (transaction) => {
      const moved = await transaction
        .updateTable("webhooks")
        .set({ told })
        .where("id", "=", webhook.id)
        .where("told", "=", webhook.told)
        .returning("id")
        .execute();
      if (moved.length === 0) return;
      const rows = deliveries.map((delivery) => toColumns(webhook.id, delivery, now()));
      for (let at = 0; at < rows.length; at += rowsPerStatement)
        await transaction
          .insertInto("webhook_deliveries")
          .values(rows.slice(at, at + rowsPerStatement))
          .execute();
    });
}

function prunerIn({ kysely }: Database): WebhookStore["prune"] {
  return async (before, most) => {
    await kysely.deleteFrom("webhook_deliveries").where("settled_at", "<", before).execute();
    for (const { id } of await kysely.selectFrom("webhooks").select("id").execute()) {
      const oldest = await kysely
        .selectFrom("webhook_deliveries")
        .select("sequence")
        .where("webhook_id", "=", id)
        .orderBy("sequence", "desc")
        .offset(most)
        .limit(1)
        .executeTakeFirst();
      if (oldest === undefined) continue;
      const delivered = kysely
        .deleteFrom("webhook_deliveries")
        .where("webhook_id", "=", id)
        .where("state", "=", "delivered");
      await delivered.where("sequence", "<=", oldest.sequence).execute();
    }
  };
}

function toColumns(webhookId: string, delivery: NewDelivery, at: number): WebhookDeliveriesTable {
  const { sequence, eventId, eventName, partitionKey, event } = delivery;
  return {
    ...{ id: newId(at), webhook_id: webhookId, sequence, event_id: eventId, event_name: eventName, event },
    ...{ partition_key: partitionKey, state: "waiting", attempts: 0, next_at: at, last_status: null },
    ...{ last_error: null, created_at: at, settled_at: null },
  };
}

function toRow(row: Selectable<WebhookDeliveriesTable>): DeliveryRow {
  return {
    ...{ id: row.id, webhookId: row.webhook_id, sequence: row.sequence, eventId: row.event_id },
    ...{ eventName: row.event_name, partitionKey: row.partition_key, event: row.event, state: stateOf(row.state) },
    ...{ attempts: row.attempts, nextAt: row.next_at, lastStatus: row.last_status, lastError: row.last_error },
    ...{ createdAt: row.created_at, settledAt: row.settled_at },
  };
}

function stateOf(text: string): DeliveryState {
  return deliveryStates.find((state) => state === text) ?? "dead";
}
