import { newId } from "@ghostllm/contract";
import { sql, type Kysely, type RawBuilder, type Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import type { Reach } from "#domain/access/may.ts";
import { asItIs, definedOnly, parseSettings, toBit } from "./columns.ts";
import { change, type Database, type Naming } from "./database.ts";
import { narrowed } from "./named-list.ts";
import { isWithin } from "./reach.ts";
import type { Tables, ViewsTable } from "./tables.ts";
import type { ViewRow, ViewStore } from "./view-store.ts";

const naming: Naming = { object: "view", parent: { object: "user", column: "user_id" } };
const listed = { id: "id", searched: ["name"], orders: { name: { text: "name" } } };
const owner = sql<string | null>`(select username from users where users.id = views.user_id)`.as("owner");

export function viewsIn(database: Database): ViewStore {
  const { kysely, now } = database;
  const record = recorderIn(database);
  return {
    async create({ userId, page, name, search, isShared }) {
      const at = now();
      const values = { page, name, search: JSON.stringify(search), is_shared: toBit(isShared) };
      const row = { ...values, id: newId(at), user_id: userId, created_at: at, updated_at: at };
      const insert = async (transaction: Kysely<Tables>): Promise<ViewRow> => {
        const insertion = transaction.insertInto("views").values(row).returningAll().returning(owner);
        const stored = await insertion.executeTakeFirstOrThrow();
        await record(transaction, created("views", [stored]));
        return toRow(stored);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async list({ of, ...page }, reach) {
      const { where, order } = narrowed(page, listed);
      let query = kysely.selectFrom("views").selectAll().select(owner).where(isSeen(reach)).where(where);
      if (of !== undefined) query = query.where("page", "=", of);
      return (await query.orderBy(order).limit(page.limit).execute()).map(toRow);
    },
    async count(userId) {
      const counted = kysely.selectFrom("views").select(({ fn }) => fn.countAll<number>().as("views"));
      return (await counted.where("user_id", "=", userId).executeTakeFirstOrThrow()).views;
    },
    async find(id, reach) {
      const query = kysely.selectFrom("views").selectAll().select(owner).where("id", "=", id).where(isSeen(reach));
      const row = await query.executeTakeFirst();
      return row && toRow(row);
    },
    update: updaterIn(database),
    remove: removerIn(database),
  };
}

function updaterIn(database: Database): ViewStore["update"] {
  const record = recorderIn(database);
  return async (id, { name, search, isShared }, reach) => {
    const columns = {
      name,
      search: search && JSON.stringify(search),
      is_shared: isShared === undefined ? undefined : toBit(isShared),
    };
    const values = { ...definedOnly(columns), updated_at: database.now() };
    const update = async (transaction: Kysely<Tables>): Promise<ViewRow | undefined> => {
      const rows = transaction.updateTable("views").where("id", "=", id).where(isSeen(reach));
      const before = await rows.set(asItIs).returningAll().executeTakeFirst();
      const after = await rows.set(values).returningAll().returning(owner).executeTakeFirst();
      if (before === undefined || after === undefined) return undefined;
      await record(transaction, changed("views", before, after));
      return toRow(after);
    };
    return change(database, naming, () => database.kysely.transaction().execute(update));
  };
}

function removerIn(database: Database): ViewStore["remove"] {
  const record = recorderIn(database);
  return (id, reach) =>
    database.kysely.transaction().execute(async (transaction) => {
      const query = transaction.deleteFrom("views").where("id", "=", id).where(isSeen(reach)).returningAll();
      const rows = await query.execute();
      await record(transaction, removed("views", rows));
      return rows.length > 0;
    });
}

function isSeen(reach: Reach): RawBuilder<boolean> {
  return sql<boolean>`(is_shared = 1 or ${isWithin(reach, { user: "user_id" })})`;
}

function toRow(row: Selectable<ViewsTable> & { readonly owner: string | null }): ViewRow {
  return {
    id: row.id,
    userId: row.user_id,
    userName: row.owner,
    page: row.page,
    name: row.name,
    search: parseSettings(row.search),
    isShared: row.is_shared === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
