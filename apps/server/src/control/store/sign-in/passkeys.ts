import { newId } from "@ghostllm/contract";
import { sql, type Kysely, type Selectable } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, toBit } from "#control/store/columns.ts";
import { change, type Database, type Naming } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type { NewPasskey, PasskeyRow, PasskeyStore, UsedChallenge } from "./passkey-store.ts";
import type { PasskeysTable } from "./tables.ts";

const naming: Naming = { object: "passkey", parent: { object: "user", column: "user_id" } };

export function passkeysIn(database: Database): PasskeyStore {
  const { kysely } = database;
  return {
    async list(userId) {
      const query = kysely.selectFrom("passkeys").selectAll().where("user_id", "=", userId).orderBy("id");
      return (await query.execute()).map(toRow);
    },
    async findByCredential(credentialId) {
      const query = kysely.selectFrom("passkeys").selectAll().where("credential_id", "=", credentialId);
      const row = await query.executeTakeFirst();
      return row && toRow(row);
    },
    create: creatorIn(database),
    ...changingIn(database),
    use: userIn(database),
  };
}

function creatorIn(database: Database): PasskeyStore["create"] {
  const { kysely, now } = database;
  const record = recorderIn(database);
  return (passkey, challenge) => {
    const insert = async (transaction: Kysely<Tables>): Promise<PasskeyRow | null> => {
      if (!(await takeChallenge(transaction, challenge, now()))) return null;
      const insertion = transaction.insertInto("passkeys").values(toColumns(passkey, now()));
      const row = await insertion.returningAll().executeTakeFirstOrThrow();
      await record(transaction, created("passkeys", [row]));
      return toRow(row);
    };
    return change(database, naming, () => kysely.transaction().execute(insert));
  };
}

function changingIn(database: Database): Pick<PasskeyStore, "rename" | "remove"> {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    rename: (id, name, userId) =>
      kysely.transaction().execute(async (transaction) => {
        const rows = transaction.updateTable("passkeys").where("id", "=", id).where("user_id", "=", userId);
        const before = await rows.set(asItIs).returningAll().executeTakeFirst();
        const after = await rows.set({ name }).returningAll().executeTakeFirst();
        if (before === undefined || after === undefined) return undefined;
        await record(transaction, changed("passkeys", before, after));
        return toRow(after);
      }),
    remove: (id, userId) =>
      kysely.transaction().execute(async (transaction) => {
        const target = transaction.deleteFrom("passkeys").where("id", "=", id).where("user_id", "=", userId);
        const rows = await target.returningAll().execute();
        await record(transaction, removed("passkeys", rows));
        return rows.length > 0;
      }),
  };
}

/** Nothing of it is kept where it is refused: the challenge of an authenticator that is behind is not used up by it. */
class Refused extends Error {
  readonly outcome: "replayed" | "behind";

  constructor(outcome: "replayed" | "behind") {
    super(outcome);
    this.outcome = outcome;
  }
}

function userIn({ kysely, now }: Database): PasskeyStore["use"] {
  return async (id, { challenge, counter, isSynced }) => {
    const use = async (transaction: Kysely<Tables>): Promise<void> => {
      if (!(await takeChallenge(transaction, challenge, now()))) throw new Refused("replayed");
      const used = { counter, is_synced: toBit(isSynced), last_used_at: now() };
      // In the statement: of two who come at once with the same one, one is behind.
      const hasGoneOn = sql<boolean>`(counter < ${counter} or (counter = 0 and ${counter} = 0))`;
      const target = transaction.updateTable("passkeys").set(used).where("id", "=", id).where(hasGoneOn);
      if (Number((await target.executeTakeFirst()).numUpdatedRows) !== 1) throw new Refused("behind");
    };
    try {
      await kysely.transaction().execute(use);
      return "used";
    } catch (error) {
      if (error instanceof Refused) return error.outcome;
      throw error;
    }
  };
}

/** False where it has been taken before, at whatever instance. */
async function takeChallenge(
  transaction: Kysely<Tables>,
  { hash, expiresAt }: UsedChallenge,
  now: number,
): Promise<boolean> {
  await transaction.deleteFrom("used_challenges").where("expires_at", "<", now).execute();
  const insert = transaction.insertInto("used_challenges").values({ challenge_hash: hash, expires_at: expiresAt });
  const made = await insert.onConflict((conflict) => conflict.column("challenge_hash").doNothing()).executeTakeFirst();
  return Number(made.numInsertedOrUpdatedRows) === 1;
}

function toColumns(passkey: NewPasskey, now: number): Selectable<PasskeysTable> {
  const { userId, credentialId, publicKey, rpId, name, counter, transports, isSynced } = passkey;
  return {
    ...{ id: newId(now), user_id: userId, credential_id: credentialId, public_key: publicKey, rp_id: rpId },
    ...{ name, counter, transports: transports.join(" "), is_synced: toBit(isSynced) },
    ...{ created_at: now, last_used_at: null },
  };
}

function toRow(row: Selectable<PasskeysTable>): PasskeyRow {
  return {
    ...{ id: row.id, userId: row.user_id, credentialId: row.credential_id, publicKey: row.public_key },
    ...{ rpId: row.rp_id, name: row.name, counter: row.counter, isSynced: row.is_synced === 1 },
    transports: row.transports.split(" ").filter((one) => one !== ""),
    ...{ createdAt: row.created_at, lastUsedAt: row.last_used_at },
  };
}
