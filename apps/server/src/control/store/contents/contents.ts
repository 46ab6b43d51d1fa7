import { sql, type Kysely, type Selectable } from "kysely";
import type { Database } from "#control/store/database.ts";
import { isWithin } from "#control/store/reach.ts";
import type { Tables } from "#control/store/tables.ts";
import type { ContentRow, ContentStore } from "./content-store.ts";
import type { RequestContentsTable } from "./tables.ts";

const owners = { user: "user_id", key: "api_key_id", team: "team_id" };
/** Where what these keys have sealed lies. */
const sealedBy = ["request_contents", "chat_sessions", "messages", "chat_attachments"];
const dayMs = 24 * 3_600_000;
/** One that seals is younger than a day; whoever has made it may not have sealed anything yet. */
const unusedMs = 2 * dayMs;

export function contentsIn(database: Database): ContentStore {
  const { kysely, promptDays: days, now } = database;
  const keptSince = (): number => now() - days * dayMs;
  return {
    days,
    add: (rows) => kysely.transaction().execute((transaction) => add(transaction, rows)),
    async find(requestId, reach) {
      const query = kysely.selectFrom("request_contents").selectAll().where("request_id", "=", requestId);
      const row = await query.where("created_at", ">=", keptSince()).where(isWithin(reach, owners)).executeTakeFirst();
      return row && toRow(row);
    },
    async isThere(requestId) {
      const query = kysely.selectFrom("request_contents").select("request_id").where("request_id", "=", requestId);
      return (await query.where("created_at", ">=", keptSince()).executeTakeFirst()) !== undefined;
    },
    async addKey({ id, sealed }) {
      await kysely.insertInto("content_keys").values({ id, key_enc: sealed, created_at: now() }).execute();
    },
    async findKey(id) {
      const row = await kysely.selectFrom("content_keys").selectAll().where("id", "=", id).executeTakeFirst();
      return row && { id: row.id, sealed: row.key_enc };
    },
    async forget(most) {
      const old = kysely.selectFrom("request_contents").select("request_id").where("created_at", "<", keptSince());
      const rows = kysely
        .deleteFrom("request_contents")
        .where("request_id", "in", old.orderBy("created_at").limit(most));
      return Number((await rows.executeTakeFirstOrThrow()).numDeletedRows);
    },
    async forgetKeys() {
      let unused = kysely.deleteFrom("content_keys").where("created_at", "<", now() - unusedMs);
      for (const table of sealedBy)
        unused = unused.where(
          sql<boolean>`not exists (select 1 from ${sql.table(table)} where content_key_id = content_keys.id)`,
        );
      await unused.execute();
    },
  };
}

async function add(transaction: Kysely<Tables>, rows: readonly ContentRow[]): Promise<void> {
  const ids = [...new Set(rows.map(({ userId }) => userId))];
  const erasures = await transaction.selectFrom("erasures").select("user_id").where("user_id", "in", ids).execute();
  const erased = new Set(erasures.map(({ user_id: id }) => id));
  const values = rows.filter(({ userId }) => !erased.has(userId)).map(toColumns);
  if (values.length === 0) return;
  const insertion = transaction.insertInto("request_contents").values(values);
  await insertion.onConflict((conflict) => conflict.column("request_id").doNothing()).execute();
}

function toColumns(row: ContentRow): RequestContentsTable {
  return {
    ...{ request_id: row.requestId, created_at: row.createdAt, user_id: row.userId, api_key_id: row.apiKeyId },
    ...{ team_id: row.teamId, content_key_id: row.contentKeyId, sealed: row.sealed },
  };
}

function toRow(row: Selectable<RequestContentsTable>): ContentRow {
  return {
    ...{ requestId: row.request_id, createdAt: row.created_at, userId: row.user_id, apiKeyId: row.api_key_id },
    ...{ teamId: row.team_id, contentKeyId: row.content_key_id, sealed: row.sealed },
  };
}
