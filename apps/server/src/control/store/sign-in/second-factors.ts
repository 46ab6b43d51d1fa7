import type { Kysely } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type { SecondFactorRow, SecondFactorStore } from "./second-factor-store.ts";

export function secondFactorsIn({ kysely, now }: Database): SecondFactorStore {
  return {
    find: (userId) => find(kysely, userId),
    async begin(userId, secretEncrypted) {
      return kysely.transaction().execute(async (transaction) => {
        const unconfirmed = transaction.deleteFrom("second_factors").where("user_id", "=", userId);
        await unconfirmed.where("confirmed_at", "is", null).execute();
        const row = {
          user_id: userId,
          secret_enc: secretEncrypted,
          confirmed_at: null,
          last_step: 0,
          created_at: now(),
        };
        const insert = transaction.insertInto("second_factors").values(row);
        const made = await insert.onConflict((conflict) => conflict.column("user_id").doNothing()).executeTakeFirst();
        return Number(made.numInsertedOrUpdatedRows) === 1;
      });
    },
    async confirm(userId, step, hashes) {
      return kysely.transaction().execute(async (transaction) => {
        const target = transaction.updateTable("second_factors").set({ confirmed_at: now(), last_step: step });
        const unconfirmed = target.where("user_id", "=", userId).where("confirmed_at", "is", null);
        if (Number((await unconfirmed.executeTakeFirst()).numUpdatedRows) !== 1) return false;
        const codes = hashes.map((hash) => ({ user_id: userId, code_hash: hash }));
        await transaction.insertInto("recovery_codes").values(codes).execute();
        return true;
      });
    },
    async useStep(userId, step) {
      const target = kysely.updateTable("second_factors").set({ last_step: step }).where("user_id", "=", userId);
      return Number((await target.where("last_step", "<", step).executeTakeFirst()).numUpdatedRows) === 1;
    },
    async useRecoveryCode(userId, hash) {
      const codes = kysely.deleteFrom("recovery_codes").where("user_id", "=", userId).where("code_hash", "=", hash);
      return Number((await codes.executeTakeFirst()).numDeletedRows) === 1;
    },
    async remove(userId) {
      const target = kysely.deleteFrom("second_factors").where("user_id", "=", userId);
      return Number((await target.executeTakeFirst()).numDeletedRows) === 1;
    },
  };
}

async function find(kysely: Kysely<Tables>, userId: string): Promise<SecondFactorRow | undefined> {
  const row = await kysely.selectFrom("second_factors").selectAll().where("user_id", "=", userId).executeTakeFirst();
  if (row === undefined) return undefined;
  const codes = kysely.selectFrom("recovery_codes").select(({ fn }) => fn.countAll<number>().as("codes"));
  const { codes: recoveryCodes } = await codes.where("user_id", "=", userId).executeTakeFirstOrThrow();
  const { secret_enc: secretEncrypted, confirmed_at: confirmedAt } = row;
  return { userId, secretEncrypted, confirmedAt, recoveryCodes };
}
