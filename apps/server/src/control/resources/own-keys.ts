// Keys that people make for themselves, in teams that let their members.

import { GhostError } from "@ghostllm/contract";
import type { ApiKeyRow } from "#control/store/key-store.ts";
import type { Actor } from "#domain/access/actor.ts";
import { mayHoldKeys } from "#domain/access/roles.ts";
import { makeKey, refuseActingFor, toApiKey, type KeyDeps } from "./api-keys.ts";
import { found, invalid } from "./fields.ts";
import { refuseByHeldKey } from "./handing-on.ts";
import { newKeyMaterial } from "./key-material.ts";
import type { Resource } from "./resource.ts";

export function createOwnKeysResource(deps: KeyDeps): Resource<"ownKeys"> {
  const { store, changed, withdraw, steadyTime } = deps;
  /** Also of a team that does not let its members any more: it is still his. */
  const findOwn = async (id: string, userId: string): Promise<ApiKeyRow> => {
    const key = found(await store.apiKeys.find(id, [{ kind: "user", id: userId }]), "API key", id);
    if (!key.isActive) throw new GhostError("conflict", `The key ${key.publicId} is revoked for good`);
    return key;
  };
  return {
    async create({ body, actor }) {
      const userId = personOf(actor);
      await refuseByHeldKey(store, actor);
      refuseActingFor(body, []);
      await refuseTeam(store, body.team_id, userId);
      const { key, ...material } = newKeyMaterial();
      const owner = { userId, teamId: body.team_id };
      return { ...toApiKey(await makeKey(deps, owner, body, { ...material, by: userId }), steadyTime.now()), key };
    },

    async update({ params: { id }, body: { name }, actor }) {
      const key = await findOwn(id, personOf(actor));
      const row = await store.apiKeys.update(id, name === undefined ? {} : { name }, [{ kind: "key", id: key.id }]);
      await changed();
      return toApiKey(found(row, "API key", id), steadyTime.now());
    },

    async revoke({ params: { id }, actor }) {
      const key = await findOwn(id, personOf(actor));
      await store.apiKeys.update(id, { isActive: false }, [{ kind: "key", id: key.id }]);
      await withdraw({ kind: "key", id });
      await changed();
      return { id, deleted: true };
    },
  };
}

function personOf({ userId }: Actor): string {
  if (userId !== null) return userId;
  throw new GhostError("invalid_request_error", "The admin key belongs to no user, who could have keys of his own");
}

async function refuseTeam({ teams }: KeyDeps["store"], teamId: string, userId: string): Promise<void> {
  const member = await teams.member(teamId, userId, [{ kind: "user", id: userId }]);
  const team = member === undefined ? undefined : await teams.find(teamId, [{ kind: "team", id: teamId }]);
  if (member === undefined || team === undefined)
    throw invalid("team_id", `There is no team ${teamId} that you are in`);
  if (!team.membersMakeKeys || !mayHoldKeys(member.role))
    throw new GhostError("permission_denied", `${team.name} does not let you make keys: ask whoever manages the team`);
}
