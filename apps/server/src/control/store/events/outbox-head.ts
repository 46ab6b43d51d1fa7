// The place of the last event.

import type { Kysely } from "kysely";
import type { Tables } from "#control/store/tables.ts";

export async function headIn(kysely: Kysely<Tables>): Promise<number> {
  const head = kysely.selectFrom("outbox_head").select("last").where("name", "=", "outbox");
  return (await head.executeTakeFirstOrThrow()).last;
}

/** Nothing is added until the transaction ends. */
export async function holdHead(transaction: Kysely<Tables>): Promise<number> {
  const held = transaction
    .updateTable("outbox_head")
    .set((head) => ({ last: head.ref("last") }))
    .where("name", "=", "outbox")
    .returning("last");
  return (await held.executeTakeFirstOrThrow()).last;
}
