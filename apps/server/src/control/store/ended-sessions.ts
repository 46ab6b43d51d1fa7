import type { Database } from "./database.ts";
import type { Store } from "./store.ts";

export function endedSessionsIn({ kysely, now }: Database): Store["endedSessions"] {
  return {
    async add(id, expiresAt) {
      await kysely.deleteFrom("ended_sessions").where("expires_at", "<", now()).execute();
      await kysely
        .insertInto("ended_sessions")
        .values({ id, expires_at: expiresAt })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
    },
    async has(id) {
      const row = await kysely.selectFrom("ended_sessions").select("id").where("id", "=", id).executeTakeFirst();
      return row !== undefined;
    },
  };
}
