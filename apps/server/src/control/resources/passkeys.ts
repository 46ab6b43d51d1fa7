import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { ceremonyLifetimeMs } from "#control/sign-in/passkey-ceremony.ts";
import type { PasskeyRow } from "#control/store/sign-in/passkey-store.ts";
import { found, notFound, toTime, toTimeOrNull } from "./fields.ts";
import { refuseActingAs } from "./handing-on.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { ownUser, sessionOf } from "./second-factor.ts";

type ApiPasskey = RouteAnswer<AdminRoutes["passkeys"]["create"]>;

export function createPasskeysResource(deps: ResourceDependencies): Resource<"passkeys"> {
  return { ...adding(deps), ...keepingOwn(deps), ...ofOthers(deps) };
}

function adding(deps: ResourceDependencies): Pick<Resource<"passkeys">, "begin" | "create"> {
  const { store, sessions, passkeys, factorDemand } = deps;
  return {
    async begin({ actor, body: { password }, address, browser }) {
      browser.refuseOtherPages();
      const user = await ownUser(deps, actor);
      // Whoever signs in at an issuer is let in by it alone: with a passkey he would come in when it lets him in no more.
      if (!user.hasPassword)
        throw new GhostError("invalid_request_error", "Passkeys are for who has a password here: set one first");
      await factorDemand.refusePast(user.id, sessionOf(actor));
      await sessions.prove(user, password, address);
      const { options, sealed } = await passkeys.beginAdding(user, browser.origin);
      browser.keepAttempt("passkey", sealed, ceremonyLifetimeMs);
      return { options };
    },

    async create({ actor, body: { name, credential }, browser }) {
      const { id: userId } = await ownUser(deps, actor);
      browser.refuseOtherPages();
      await factorDemand.refusePast(userId, sessionOf(actor));
      const sealed = browser.takeAttempt("passkey");
      const added = await passkeys.add({ userId, name, sealed, credential });
      await store.sessions.noteFactor(sessionOf(actor));
      return toApiPasskey(added);
    },
  };
}

function keepingOwn(deps: ResourceDependencies): Pick<Resource<"passkeys">, "list" | "update" | "remove"> {
  const { store, factorDemand } = deps;
  return {
    list: async ({ actor }) => listOf(deps, (await ownUser(deps, actor)).id),

    async update({ params: { id }, actor, body: { name } }) {
      const { id: userId } = await ownUser(deps, actor);
      return toApiPasskey(found(await store.passkeys.rename(id, name, userId), "passkey", id));
    },

    async remove({ params: { id }, actor }) {
      const { id: userId } = await ownUser(deps, actor);
      const others = (await store.passkeys.list(userId)).filter((one) => one.id !== id);
      const left = (await factorDemand.factorsOf(userId)).filter((one) => one !== "passkey" || others.length > 0);
      await factorDemand.refuseNone(userId, left);
      return removeOf(deps, id, userId);
    },
  };
}

function ofOthers(deps: ResourceDependencies): Pick<Resource<"passkeys">, "ofUser" | "removeOfUser"> {
  const { store } = deps;
  return {
    async ofUser({ params: { id }, reach }) {
      found(await store.users.find(id, reach), "user", id);
      return listOf(deps, id);
    },

    async removeOfUser({ params: { id, passkey_id: passkeyId }, actor, reach }) {
      found(await store.users.find(id, reach), "user", id);
      await refuseActingAs(store, actor, id);
      return removeOf(deps, passkeyId, id);
    },
  };
}

async function listOf({ store }: ResourceDependencies, userId: string) {
  return { data: (await store.passkeys.list(userId)).map(toApiPasskey) };
}

async function removeOf({ store }: ResourceDependencies, id: string, userId: string) {
  if (!(await store.passkeys.remove(id, userId))) throw notFound("passkey", id);
  return { id, deleted: true } as const;
}

function toApiPasskey({ id, name, rpId, isSynced, createdAt, lastUsedAt }: PasskeyRow): ApiPasskey {
  return {
    ...{ id, name, rp_id: rpId, synced: isSynced },
    ...{ created_at: toTime(createdAt), last_used_at: toTimeOrNull(lastUsedAt) },
  };
}
