import type { Database } from "./database.ts";
import type { Store } from "./store.ts";

export function settingsIn({ kysely, now }: Database): Store["settings"] {
  return {
    async get(name) {
      const row = await kysely.selectFrom("settings").select("value").where("name", "=", name).executeTakeFirst();
      return row?.value;
    },
    async set(name, value) {
      const row = { value, updated_at: now() };
      await kysely
        .insertInto("settings")
        .values({ name, ...row })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
        .execute();
    },
    async replace(name, expected, value) {
      const row = { value, updated_at: now() };
      if (expected === undefined) {
        const insert = kysely.insertInto("settings").values({ name, ...row });
        const added = await insert.onConflict((conflict) => conflict.column("name").doNothing()).executeTakeFirst();
        return Number(added.numInsertedOrUpdatedRows) === 1;
      }
      const update = kysely.updateTable("settings").set(row).where("name", "=", name).where("value", "=", expected);
      return Number((await update.executeTakeFirst()).numUpdatedRows) === 1;
    },
  };
}
