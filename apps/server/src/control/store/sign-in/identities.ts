import { recorderIn } from "#control/store/audit/audit-append.ts";
import { deed } from "#domain/audit.ts";
import { change, type Database, type Naming } from "#control/store/database.ts";
import type { SignInStore } from "./sign-in-store.ts";

const naming: Naming = { object: "identity", parent: { object: "user", column: "user_id" } };

export function identitiesIn(database: Database): Pick<SignInStore, "userOf" | "addIdentity"> {
  const { kysely, now } = database;
  const record = recorderIn(database);
  return {
    async userOf({ issuer, subject }) {
      const known = kysely.selectFrom("user_identities").select("user_id").where("issuer", "=", issuer);
      return (await known.where("subject", "=", subject).executeTakeFirst())?.user_id;
    },
    async addIdentity({ issuer, subject }, userId) {
      const values = { issuer, subject, user_id: userId, created_at: now() };
      const insert = () =>
        kysely.transaction().execute(async (transaction) => {
          await transaction.insertInto("user_identities").values(values).execute();
          const object = { kind: "user", id: userId, name: "" };
          await record(transaction, [deed("user.identified", object, { details: { issuer, subject } })]);
        });
      await change(database, naming, insert);
    },
  };
}
