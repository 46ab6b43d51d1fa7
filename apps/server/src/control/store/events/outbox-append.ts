// Adds events to the outbox, in the transaction of what they tell of. Invariant: an event is read by nobody before all events
// of lower places can be: the row of the head is held until the transaction ends, so it is touched last.

import type { Kysely } from "kysely";
import { prepareBulk, type BulkStatement, type Value } from "#control/store/bulk.ts";
import { storableText } from "#control/store/columns.ts";
import type { Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type { EventDraft, StoredEvent } from "#domain/event.ts";

export type AppendEvents = (transaction: Kysely<Tables>, events: readonly EventDraft[]) => Promise<void>;

const insertEvents: BulkStatement = {
  width: 9,
  text: (rows) =>
    "insert into outbox (sequence, id, name, happened_at, stored_at, subject, partition_key, user_id, data) " +
    `values ${rows}`,
};

const longestText = 200;

export function eventAppenderIn({ engine, now }: Database): AppendEvents {
  const rows = prepareBulk<StoredEvent>(engine, insertEvents, (event) => toValues(event, now()));
  return async (transaction, events) => {
    if (events.length === 0) return;
    const { last } = await transaction
      .updateTable("outbox_head")
      .set((head) => ({ last: head("last", "+", events.length) }))
      .where("name", "=", "outbox")
      .returning("last")
      .executeTakeFirstOrThrow();
    const first = last - events.length + 1;
    await rows.run(
      transaction,
      events.map((event, index) => ({ ...event, sequence: first + index })),
    );
  };
}

function toValues(event: StoredEvent, storedAt: number): readonly Value[] {
  const { sequence, id, name, happenedAt, userId, data } = event;
  const [subject, partitionKey] = [event.subject, event.partitionKey].map((text) => storableText(text, longestText));
  // JSON writes as escapes what an engine could not hold.
  return [sequence, id, name, happenedAt, storedAt, subject ?? "", partitionKey ?? "", userId, JSON.stringify(data)];
}
