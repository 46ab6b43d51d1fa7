import type { EventName } from "@ghostllm/contract/events";
import { sql, type RawBuilder, type Selectable } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { OutboxTable } from "#control/store/tables.ts";
import type { StoredEvent } from "#domain/event.ts";
import type { EventFilter, EventStore } from "./event-store.ts";
import { eventAppenderIn } from "./outbox-append.ts";
import { outboxCutterIn } from "./outbox-cut.ts";
import { headIn, holdHead } from "./outbox-head.ts";
import { writeNames } from "./wanted.ts";

export function eventsIn(database: Database): EventStore {
  const { kysely } = database;
  const append = eventAppenderIn(database);
  return {
    add: (events) => kysely.transaction().execute((transaction) => append(transaction, events)),
    head: () => headIn(kysely),
    async after(sequence, limit, filter) {
      const query = kysely.selectFrom("outbox").selectAll().where("sequence", ">", sequence).where(isWanted(filter));
      return (await query.orderBy("sequence").limit(limit).execute()).map(toEvent);
    },
    async latest({ limit, before }, filter) {
      let query = kysely.selectFrom("outbox").selectAll().where(isWanted(filter));
      if (before !== undefined) query = query.where("sequence", "<", before);
      return (await query.orderBy("sequence", "desc").limit(limit).execute()).map(toEvent);
    },
    want: ({ sink, names, until }) =>
      kysely.transaction().execute(async (transaction) => {
        // Held until the end, so that the sink begins behind all that was stored without it.
        const head = await holdHead(transaction);
        const row = { event_names: writeNames(names), wanted_until: until };
        return transaction
          .insertInto("event_sinks")
          .values({ name: sink, told: head, ...row })
          .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
          .returning(["name", "told"])
          .executeTakeFirstOrThrow();
      }),
    async position(sink) {
      const row = await kysely.selectFrom("event_sinks").select("told").where("name", "=", sink).executeTakeFirst();
      return row?.told;
    },
    async told(sink, sequence) {
      await kysely
        .updateTable("event_sinks")
        .set({ told: sequence })
        .where("name", "=", sink)
        .where("told", "<", sequence)
        .execute();
    },
    async forget(sink) {
      await kysely.deleteFrom("event_sinks").where("name", "=", sink).execute();
    },
    cut: outboxCutterIn(database),
  };
}

function isWanted({ names, own }: EventFilter): RawBuilder<boolean> {
  const all = isNamed(names);
  if (own === null) return all;
  return sql<boolean>`(${all} or (user_id = ${own.userId} and ${isNamed(own.names)}))`;
}

function isNamed(names: readonly EventName[]): RawBuilder<boolean> {
  return names.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`name in (${sql.join(names)})`;
}

function toEvent(row: Selectable<OutboxTable>): StoredEvent {
  return {
    ...{ sequence: row.sequence, id: row.id, happenedAt: row.happened_at, subject: row.subject },
    // Of the name and the data that are written above: the catalogue's own.
    name: row.name as EventName,
    ...{ partitionKey: row.partition_key, userId: row.user_id },
    data: JSON.parse(row.data) as StoredEvent["data"],
  };
}
