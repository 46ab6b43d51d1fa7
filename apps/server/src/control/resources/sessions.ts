import { toTime } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { toApiUser } from "./users.ts";

export function createSessionsResource({ sessions }: ResourceDependencies): Resource<"sessions"> {
  return {
    async create({ body, address }) {
      const { token, expiresAt, user } = await sessions.signIn({ ...body, address });
      return { token, expires_at: toTime(expiresAt), user: toApiUser(user) };
    },

    me: async ({ caller: { via, role, user } }) => ({ via, role, user: user === null ? null : toApiUser(user) }),
  };
}
