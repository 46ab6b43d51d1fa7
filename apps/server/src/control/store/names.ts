import type { Database } from "./database.ts";
import type { Names } from "./name-store.ts";
import type { Store } from "./store.ts";

/** SQLite takes 32,766 parameters in one statement; nobody shows as many names at once. */
const mostIds = 1_000;

export function namesIn({ kysely }: Database): Store["names"] {
  return {
    async find({ users = [], keys = [], ...others }): Promise<Names> {
      const userRows = await byPages(users, (ids) =>
        kysely.selectFrom("users").select(["id", "username"]).where("id", "in", ids).execute(),
      );
      const keyRows = await byPages(keys, (ids) =>
        kysely
          .selectFrom("api_keys")
          .select(["id", "name", "public_id", "user_id", "team_id"])
          .where("id", "in", ids)
          .execute(),
      );
      const named = async (table: "teams" | "organisations" | "aliases" | "providers") => {
        const read = (page: readonly string[]) =>
          kysely.selectFrom(table).select(["id", "name"]).where("id", "in", page);
        const rows = await byPages(others[table] ?? [], (page) => read(page).execute());
        return new Map(rows.map(({ id, name }) => [id, name]));
      };
      return {
        teams: await named("teams"),
        organisations: await named("organisations"),
        aliases: await named("aliases"),
        providers: await named("providers"),
        users: new Map(userRows.map(({ id, username }) => [id, username])),
        keys: new Map(
          keyRows.map(({ id, name, public_id: publicId, user_id: userId, team_id: teamId }) => {
            return [id, { name, publicId, userId, teamId }];
          }),
        ),
      };
    },
  };
}

async function byPages<Row>(ids: readonly string[], read: (page: readonly string[]) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let at = 0; at < ids.length; at += mostIds) rows.push(...(await read(ids.slice(at, at + mostIds))));
  return rows;
}
