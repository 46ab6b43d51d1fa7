import type { Database } from "#control/store/database.ts";
import type { SignInStore } from "./sign-in-store.ts";

export function grantsIn({ kysely }: Database): Pick<SignInStore, "keepGrant" | "grantOf"> {
  return {
    async keepGrant({ sessionId, methodId, issuer, subject, idTokenEncrypted, refreshTokenEncrypted }) {
      const tokens = { id_token_enc: idTokenEncrypted, refresh_token_enc: refreshTokenEncrypted };
      await kysely
        .insertInto("session_grants")
        .values({ session_id: sessionId, method_id: methodId, issuer, subject, ...tokens })
        .onConflict((conflict) => conflict.column("session_id").doUpdateSet(tokens))
        .execute();
    },
    async grantOf(sessionId) {
      const query = kysely.selectFrom("session_grants").selectAll().where("session_id", "=", sessionId);
      const row = await query.executeTakeFirst();
      if (row === undefined) return undefined;
      return {
        ...{ sessionId, methodId: row.method_id, issuer: row.issuer, subject: row.subject },
        ...{ idTokenEncrypted: row.id_token_enc, refreshTokenEncrypted: row.refresh_token_enc },
      };
    },
  };
}
