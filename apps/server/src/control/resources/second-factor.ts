import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { UserRow } from "#control/store/store.ts";
import type { Actor } from "#domain/access/actor.ts";
import { found, notFound, toTimeOrNull } from "./fields.ts";
import { refuseActingAs } from "./handing-on.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiState = RouteAnswer<AdminRoutes["secondFactor"]["get"]>;

export function createSecondFactorResource(deps: ResourceDependencies): Resource<"secondFactor"> {
  const { store, sessions, factorDemand } = deps;
  const stateOf = async (userId: string): Promise<ApiState> => {
    const factor = await store.secondFactors.find(userId);
    const since = factor?.confirmedAt ?? null;
    const left = since === null ? 0 : (factor?.recoveryCodes ?? 0);
    return { is_on: since !== null, since: toTimeOrNull(since), recovery_codes_left: left };
  };
  const remove = async (userId: string) => {
    if (!(await store.secondFactors.remove(userId))) throw new GhostError("not_found", "There is no second factor");
    return { deleted: true } as const;
  };
  return {
    ...settingUp(deps),

    get: async ({ actor }) => stateOf((await ownUser(deps, actor)).id),

    async remove({ actor, body: { password }, address }) {
      const user = await ownUser(deps, actor);
      await sessions.prove(user, password, address);
      const left = await factorDemand.factorsOf(user.id);
      await factorDemand.refuseNone(
        user.id,
        left.filter((one) => one !== "app"),
      );
      return remove(user.id);
    },

    async ofUser({ params: { id }, reach }) {
      found(await store.users.find(id, reach), "user", id);
      return stateOf(id);
    },

    async reset({ params: { id }, actor, reach }) {
      if ((await store.users.find(id, reach)) === undefined) throw notFound("user", id);
      await refuseActingAs(store, actor, id);
      return remove(id);
    },
  };
}

function settingUp(deps: ResourceDependencies): Pick<Resource<"secondFactor">, "begin" | "confirm"> {
  const { store, sessions, secondFactor, factorDemand } = deps;
  return {
    async begin({ actor, body: { password }, address }) {
      const user = await ownUser(deps, actor);
      await factorDemand.refusePast(user.id, sessionOf(actor));
      await sessions.prove(user, password, address);
      const { secret, uri } = await secondFactor.begin(user);
      return { secret: secret.reveal(), uri: uri.reveal() };
    },

    async confirm({ actor, body: { code } }) {
      const { id } = await ownUser(deps, actor);
      await factorDemand.refusePast(id, sessionOf(actor));
      const codes = await secondFactor.confirm(id, code);
      await store.sessions.noteFactor(sessionOf(actor));
      return { recovery_codes: codes.map((one) => one.reveal()) };
    },
  };
}

/** Of who has come by one. */
export function sessionOf({ session }: Actor): string {
  return session?.id ?? "";
}

/** Keys are for programs: with one that was stolen nobody changes how its owner signs in. */
export async function ownUser({ store }: Pick<ResourceDependencies, "store">, actor: Actor): Promise<UserRow> {
  if (actor.userId === null || actor.session === null)
    throw new GhostError("invalid_request_error", "This is for who has signed in: keys have no password");
  return found(await store.users.find(actor.userId, "all"), "user", actor.userId);
}
