import type { Database } from "#control/store/database.ts";

export interface PasswordLinkStore {
  /** In place of the one that the user had. */
  create(link: { readonly userId: string; readonly hash: string; readonly expiresAt: number }): Promise<void>;
  /** Whose it is; undefined where there is none that counts. It counts no more from now on. */
  take(hash: string): Promise<string | undefined>;
}

export function passwordLinksIn({ kysely, now }: Database): PasswordLinkStore {
  return {
    async create({ userId, hash, expiresAt }) {
      const values = { token_hash: hash, expires_at: expiresAt, created_at: now() };
      await kysely
        .insertInto("password_links")
        .values({ user_id: userId, ...values })
        .onConflict((conflict) => conflict.column("user_id").doUpdateSet(values))
        .execute();
    },
    async take(hash) {
      const link = kysely.deleteFrom("password_links").where("token_hash", "=", hash).returningAll();
      const taken = await link.executeTakeFirst();
      return taken !== undefined && taken.expires_at > now() ? taken.user_id : undefined;
    },
  };
}
