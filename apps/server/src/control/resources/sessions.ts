import { GhostError } from "@ghostllm/contract";
import { found, toTime } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { toApiUser } from "./users.ts";

export function createSessionsResource({ sessions, store }: ResourceDependencies): Resource<"sessions"> {
  return {
    async create({ body, address }) {
      const { token, expiresAt, user } = await sessions.signIn({ ...body, address });
      return { token, expires_at: toTime(expiresAt), user: toApiUser(user) };
    },

    async createForBrowser({ body, address, browser }) {
      browser.refuseOtherPages();
      const { token, expiresAt, user } = await sessions.signIn({ ...body, address });
      browser.keepSession(token, expiresAt);
      return { expires_at: toTime(expiresAt), user: toApiUser(user) };
    },

    async end({ actor: { session }, browser }) {
      if (session === null)
        throw new GhostError("invalid_request_error", "Only a session can be signed out, and this is a key");
      await sessions.signOut(session);
      browser.forgetSession();
      return { deleted: true };
    },

    async me({ actor: { via, role, userId, grants, session }, reach }) {
      const user = userId === null ? null : found(await store.users.find(userId, reach), "user", userId);
      const expiresAt = session === null ? null : toTime(session.expiresAt);
      return { via, role, user: user && toApiUser(user), permissions: grants, expires_at: expiresAt };
    },
  };
}
