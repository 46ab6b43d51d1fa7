// What was answered to requests that may come again, by their Idempotency-Key. Called by control/http/repeats/repeated-requests.ts. Invariant: of
// those who have a key one at a time holds it, by its token, and only he keeps an answer.

import { sql } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { IdempotencyKeysTable } from "#control/store/tables.ts";

export interface IdempotencyKey {
  /** Of the caller and what he sent. */
  readonly keyHash: string;
  readonly caller: string;
  /** Whose it is at present. */
  readonly token: string;
  /** The id of the instance that carries the request out, or has. */
  readonly instance: string;
  /** Opens the others, together with the key that was sent. */
  readonly keySealed: string;
  /** Of the request. */
  readonly fingerprint: string;
}

export interface KnownKey extends IdempotencyKey {
  /** Null while it is being carried out. */
  readonly answerSealed: string | null;
  /** Epoch ms. */
  readonly claimedAt: number;
}

export interface IdempotencyKeyStore {
  find(keyHash: string): Promise<KnownKey | undefined>;
  /** False where somebody else has it. */
  add(key: IdempotencyKey): Promise<boolean>;
  /** From one who has ended: false where somebody else was faster, or he goes on. */
  takeOver(from: KnownKey, to: Pick<IdempotencyKey, "token" | "instance">): Promise<boolean>;
  /** False where it is another's by now. */
  keepAnswer(key: Pick<IdempotencyKey, "keyHash" | "token">, answerSealed: string): Promise<boolean>;
  /** Nothing came of it. */
  giveBack(key: Pick<IdempotencyKey, "keyHash" | "token">): Promise<void>;
  /** Forgets those of before. */
  prune(): Promise<void>;
}

const keptMs = 24 * 3_600_000;
/** Of one caller: the oldest are forgotten for new ones. */
export const mostOfCaller = 10_000;

export function idempotencyKeysIn({ kysely, now }: Database): IdempotencyKeyStore {
  const own = ({ keyHash, token }: Pick<IdempotencyKey, "keyHash" | "token">) =>
    sql<boolean>`key_hash = ${keyHash} and token = ${token}`;
  return {
    async find(keyHash) {
      const query = kysely.selectFrom("idempotency_keys").selectAll().where("key_hash", "=", keyHash);
      const row = await query.where("created_at", ">", now() - keptMs).executeTakeFirst();
      return row && toKey(row);
    },
    async add(key) {
      await kysely
        .deleteFrom("idempotency_keys")
        .where("key_hash", "=", key.keyHash)
        .where("created_at", "<=", now() - keptMs)
        .execute();
      const insertion = kysely.insertInto("idempotency_keys").values(toRow(key, now()));
      const added = await insertion.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
      if (Number(added.numInsertedOrUpdatedRows) === 0) return false;
      const oldest = sql<number>`(select created_at from idempotency_keys where caller = ${key.caller}
        order by created_at desc limit 1 offset ${mostOfCaller})`;
      const others = kysely.deleteFrom("idempotency_keys").where("caller", "=", key.caller);
      await others.where("created_at", "<=", oldest).where("answer", "is not", null).execute();
      return true;
    },
    async takeOver(from, { token, instance }) {
      const update = kysely.updateTable("idempotency_keys").set({ token, instance, claimed_at: now() });
      const taken = await update.where(own(from)).where("answer", "is", null).executeTakeFirst();
      return Number(taken.numUpdatedRows) === 1;
    },
    async keepAnswer(key, answerSealed) {
      const update = kysely.updateTable("idempotency_keys").set({ answer: answerSealed }).where(own(key));
      return Number((await update.executeTakeFirst()).numUpdatedRows) === 1;
    },
    async giveBack(key) {
      await kysely.deleteFrom("idempotency_keys").where(own(key)).where("answer", "is", null).execute();
    },
    async prune() {
      await kysely
        .deleteFrom("idempotency_keys")
        .where("created_at", "<=", now() - keptMs)
        .execute();
    },
  };
}

function toRow(key: IdempotencyKey, now: number): IdempotencyKeysTable {
  return {
    ...{ key_hash: key.keyHash, caller: key.caller, token: key.token, instance: key.instance },
    ...{ key_enc: key.keySealed, fingerprint: key.fingerprint, answer: null },
    ...{ created_at: now, claimed_at: now },
  };
}

function toKey(row: IdempotencyKeysTable): KnownKey {
  return {
    ...{ keyHash: row.key_hash, caller: row.caller, token: row.token, instance: row.instance },
    ...{ keySealed: row.key_enc, fingerprint: row.fingerprint, answerSealed: row.answer },
    claimedAt: row.claimed_at,
  };
}
