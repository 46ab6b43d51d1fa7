// Passwords that people set themselves: by a link that an administrator has made for them, or by the one they know.

import { hash } from "node:crypto";
import { GhostError } from "@ghostllm/contract";
import { found, invalid, toTime } from "./fields.ts";
import { refuseActingAs } from "./handing-on.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { ownUser } from "./second-factor.ts";

const hourMs = 60 * 60 * 1000;

export function createPasswordsResource(deps: ResourceDependencies): Resource<"passwords"> {
  const { store, sessions, passwordMails, passwords } = deps;
  return {
    async createLink({ params: { id }, body: { hours, mail }, actor, reach }) {
      const { email, hasPassword } = found(await store.users.find(id, reach), "user", id);
      await refuseActingAs(store, actor, id);
      const link = await passwordMails.createLink(id, hours * hourMs);
      const isWanted = mail ?? passwordMails.canSend;
      const problem = isWanted ? await passwordMails.send({ id, email, hasPassword }, link) : null;
      return {
        ...{ token: link.token, path: link.path, expires_at: toTime(link.expiresAt) },
        ...{ mailed_to: isWanted && problem === null ? email : null, mail_problem: problem },
      };
    },

    async forgotten({ body: { email }, address }) {
      if (!passwordMails.canSend) throw new GhostError("not_found", "This server sends no mail: ask an administrator");
      passwordMails.forgotten(email, address);
      return { received: true };
    },

    async useLink({ body: { token, password } }) {
      // Before it is taken: what it costs tells nobody whether there is such a link.
      const passwordHash = await passwords.hash(password);
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
      await store.users.update(user.id, { passwordHash: await passwords.hash(password) }, user.id);
      return { changed: true };
    },
  };
}
