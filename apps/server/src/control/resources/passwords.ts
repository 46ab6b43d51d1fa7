// Passwords that people set themselves: by a link that an administrator has made for them, or by the one they know.

import { hash, randomBytes } from "node:crypto";
import { GhostError } from "@ghostllm/contract";
import { hashPassword } from "#control/sessions/passwords.ts";
import { found, invalid, toTime } from "./fields.ts";
import { refuseActingAs } from "./handing-on.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { ownUser } from "./second-factor.ts";

const hourMs = 60 * 60 * 1000;
const tokenBytes = 32;
/** The token stands behind #: no server and no log sees it there. */
const page = "/console/set-password#";

export function createPasswordsResource(deps: ResourceDependencies): Resource<"passwords"> {
  const { store, sessions, clock } = deps;
  return {
    async createLink({ params: { id }, body: { hours }, actor, reach }) {
      found(await store.users.find(id, reach), "user", id);
      await refuseActingAs(store, actor, id);
      const token = randomBytes(tokenBytes).toString("base64url");
      const expiresAt = clock.now() + hours * hourMs;
      await store.passwordLinks.create({ userId: id, hash: hash("sha256", token), expiresAt });
      return { token, path: page + token, expires_at: toTime(expiresAt) };
    },

    async useLink({ body: { token, password } }) {
      // Before it is taken: what it costs tells nobody whether there is such a link.
      const passwordHash = await hashPassword(password);
      const userId = await store.passwordLinks.take(hash("sha256", token));
      const user = userId === undefined ? undefined : await store.users.update(userId, { passwordHash }, userId);
      if (user === undefined)
        throw new GhostError(
          "permission_denied",
          "This link is used up or too old: ask an administrator for another one",
        );
      return { email: user.email };
    },

    async change({ actor, body: { present, password }, address }) {
      const user = await ownUser(deps, actor);
      await sessions.prove(user, present, address).catch((error: unknown) => {
        if (error instanceof GhostError && error.param === "password") throw invalid("present", "It is wrong");
        throw error;
      });
      await store.users.update(user.id, { passwordHash: await hashPassword(password) }, user.id);
      return { changed: true };
    },
  };
}
