import { change, type Database, type Naming } from "#control/store/database.ts";
import type { DirectoryStore, DirectoryUser } from "./directory-store.ts";

const naming: Naming = { object: "user" };
type Users = Pick<DirectoryStore, "userIds" | "countUsers" | "told" | "userIdBy" | "keepUser">;

export function directoryUsersIn(database: Database): Users {
  const { kysely } = database;
  return {
    async userIds({ offset, limit }) {
      const rows = await kysely.selectFrom("users").select("id").orderBy("id").offset(offset).limit(limit).execute();
      return rows.map(({ id }) => id);
    },
    async countUsers() {
      const counted = kysely.selectFrom("users").select(({ fn }) => fn.countAll<number>().as("users"));
      return (await counted.executeTakeFirstOrThrow()).users;
    },
    async told(userIds) {
      if (userIds.length === 0) return new Map();
      const rows = await kysely.selectFrom("directory_users").selectAll().where("user_id", "in", userIds).execute();
      return new Map(
        rows.map((row): [string, DirectoryUser] => [
          row.user_id,
          {
            ...{ userId: row.user_id, userName: row.user_name, externalId: row.external_id },
            attributes: row.attributes,
          },
        ]),
      );
    },
    async userIdBy(name) {
      const told = kysely.selectFrom("directory_users").select("user_id");
      if ("externalId" in name)
        return (await told.where("external_id", "=", name.externalId).executeTakeFirst())?.user_id;
      const key = keyOf(name.userName);
      const known = await told.where("user_name_key", "=", key).executeTakeFirst();
      if (known !== undefined) return known.user_id;
      // Of whom no directory has told anything the name is the address.
      const untold = kysely.selectFrom("directory_users").select("user_id");
      const user = kysely.selectFrom("users").select("id").where("email", "=", key).where("id", "not in", untold);
      return (await user.executeTakeFirst())?.id;
    },
    async keepUser({ userId, userName, externalId, attributes }) {
      const values = { user_name: userName, user_name_key: keyOf(userName), external_id: externalId, attributes };
      const insert = kysely.insertInto("directory_users").values({ user_id: userId, ...values });
      await change(database, naming, () =>
        insert.onConflict((conflict) => conflict.column("user_id").doUpdateSet(values)).execute(),
      );
    },
  };
}

function keyOf(userName: string): string {
  return userName.trim().toLowerCase();
}
