import { sql } from "kysely";
import type { OwnedObject } from "#link/owners.ts";
import { prepareBulk, type BulkStatement, type Value } from "./bulk.ts";
import { storableText } from "./columns.ts";
import { change, type Database } from "./database.ts";
import type { Store } from "./store.ts";

const maxTextLength = 1_000;
const columns = ["id", "user_id", "provider_id", "model", "requested_model", "kept_at"] as const;

const keepObjects: BulkStatement = {
  width: columns.length,
  text: (rows) =>
    `insert into stored_objects (${columns.join(", ")}) values ${rows} on conflict (id) do update set ` +
    `${columns.map((column) => `${column} = excluded.${column}`).join(", ")} ` +
    "where excluded.kept_at >= stored_objects.kept_at",
};

export function storedObjectsIn(database: Database): Store["storedObjects"] {
  const { engine, kysely } = database;
  const keeping = prepareBulk(engine, keepObjects, toValues);
  return {
    async keep(objects) {
      // The latest word about an id: one statement may not change a row twice.
      const byId = new Map(objects.map((object) => [object.id, object]));
      if (byId.size === 0) return;
      const run = () =>
        kysely.transaction().execute(async (transaction) => void (await keeping.run(transaction, [...byId.values()])));
      await change(database, { object: "stored object" }, run);
    },
    async latest(limit) {
      const rows = await kysely
        .selectFrom("stored_objects")
        .selectAll()
        .orderBy("kept_at", "desc")
        .limit(limit)
        .execute();
      return rows.toReversed().map((row) => ({
        id: row.id,
        userId: row.user_id,
        providerId: row.provider_id,
        model: row.model,
        requestedModel: row.requested_model,
        keptAt: row.kept_at,
      }));
    },
    async prune(before, most) {
      const tooMany = sql<number>`(select kept_at from stored_objects order by kept_at desc limit 1 offset ${most})`;
      await kysely
        .deleteFrom("stored_objects")
        .where((builder) => builder.or([builder("kept_at", "<", before), builder("kept_at", "<=", tooMany)]))
        .execute();
    },
  };
}

function toValues({ id, userId, providerId, model, requestedModel, keptAt }: OwnedObject): readonly Value[] {
  const texts = [id, userId, providerId, model, requestedModel];
  return [...texts.map((text) => storableText(text, maxTextLength)), keptAt];
}
