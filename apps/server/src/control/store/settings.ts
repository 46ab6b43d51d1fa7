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
  };
}
