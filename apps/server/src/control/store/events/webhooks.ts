import type { Kysely, Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, definedOnly, toBit } from "#control/store/columns.ts";
import { change, type Database, type Naming } from "#control/store/database.ts";
import { narrowed } from "#control/store/named-list.ts";
import type { Tables, WebhooksTable } from "#control/store/tables.ts";
import { deliveriesIn } from "./deliveries.ts";
import type { WebhookChange, WebhookRow, WebhookStore } from "./event-store.ts";
import { headIn, holdHead } from "./outbox-head.ts";
import { parseNames, writeNames } from "./wanted.ts";

const naming: Naming = { object: "webhook" };

const listed = { id: "id", searched: ["name", "url"], orders: { name: { text: "name" } } };

export function webhooksIn(database: Database): WebhookStore {
  const { kysely } = database;
  const record = recorderIn(database);
  const find = async (id: string): Promise<WebhookRow | undefined> => {
    const row = await kysely.selectFrom("webhooks").selectAll().where("id", "=", id).executeTakeFirst();
    return row && toRow(row);
  };
  return {
    find,
    create: (webhook) => create(database, webhook),
    async list(page) {
      const { where, order } = narrowed(page, listed);
      const query = kysely.selectFrom("webhooks").selectAll().where(where).orderBy(order).limit(page.limit);
      return (await query.execute()).map(toRow);
    },
    async active() {
      const query = kysely.selectFrom("webhooks").selectAll().where("is_active", "=", 1).orderBy("id");
      return (await query.execute()).map(toRow);
    },
    update: (id, webhookChange) => update(database, id, webhookChange),
    async remove(id) {
      return kysely.transaction().execute(async (transaction) => {
        const rows = await transaction.deleteFrom("webhooks").where("id", "=", id).returningAll().execute();
        await record(transaction, removed("webhooks", rows));
        return rows.length > 0;
      });
    },
    ...deliveriesIn(database),
  };
}

async function create(database: Database, webhook: Parameters<WebhookStore["create"]>[0]): Promise<WebhookRow> {
  const { id, name, url, names, secretEncrypted, isActive } = webhook;
  const at = database.now();
  const record = recorderIn(database);
  const insert = async (transaction: Kysely<Tables>): Promise<WebhookRow> => {
    const told = await holdHead(transaction);
    const values = {
      ...{ id, name, url, event_names: writeNames(names), secret_enc: secretEncrypted, is_active: toBit(isActive) },
      ...{ inactive_reason: null, failing_since: null, told, created_at: at, updated_at: at },
    };
    const row = await transaction.insertInto("webhooks").values(values).returningAll().executeTakeFirstOrThrow();
    await record(transaction, created("webhooks", [row]));
    return toRow(row);
  };
  return change(database, naming, () => database.kysely.transaction().execute(insert));
}

async function update(database: Database, id: string, given: WebhookChange): Promise<WebhookRow | undefined> {
  const { name, url, names, secretEncrypted, isActive, inactiveReason, failingSince } = given;
  const columns = definedOnly({
    ...{ name, url, event_names: names && writeNames(names), secret_enc: secretEncrypted },
    is_active: isActive === undefined ? undefined : toBit(isActive),
    ...{ inactive_reason: inactiveReason, failing_since: failingSince },
  });
  const run = (transaction: Kysely<Tables>): Promise<Selectable<WebhooksTable> | undefined> =>
    changeIn(database, transaction, id, { ...columns, updated_at: database.now() });
  const row = await change(database, naming, () => database.kysely.transaction().execute(run));
  return row && toRow(row);
}

/** Who is switched on again, or wants something else, begins with what happens from now on, when he has been told all before. */
async function changeIn(
  database: Database,
  transaction: Kysely<Tables>,
  id: string,
  columns: Partial<WebhooksTable>,
): Promise<Selectable<WebhooksTable> | undefined> {
  const rows = transaction.updateTable("webhooks").where("id", "=", id);
  const before = await rows.set(asItIs).returningAll().executeTakeFirst();
  if (before === undefined) return undefined;
  const isSwitchedOn = before.is_active === 0 && columns.is_active === 1;
  const wantsOthers = columns.event_names !== undefined && columns.event_names !== before.event_names;
  const isAnew = isSwitchedOn || (wantsOthers && !(await isUntold(transaction, before)));
  const values = isAnew ? { ...columns, told: await headIn(transaction) } : columns;
  const after = await rows.set(values).returningAll().executeTakeFirst();
  if (after !== undefined) await recorderIn(database)(transaction, changed("webhooks", before, after));
  return after;
}

async function isUntold(transaction: Kysely<Tables>, webhook: Selectable<WebhooksTable>): Promise<boolean> {
  const untold = transaction.selectFrom("outbox").select("sequence").where("sequence", ">", webhook.told);
  const wanted = untold.where("name", "in", parseNames(webhook.event_names)).limit(1);
  return (await wanted.executeTakeFirst()) !== undefined;
}

function toRow(row: Selectable<WebhooksTable>): WebhookRow {
  return {
    ...{ id: row.id, name: row.name, url: row.url, names: parseNames(row.event_names) },
    ...{ secretEncrypted: row.secret_enc, isActive: row.is_active === 1, inactiveReason: row.inactive_reason },
    ...{ failingSince: row.failing_since, told: row.told, createdAt: row.created_at, updatedAt: row.updated_at },
  };
}
