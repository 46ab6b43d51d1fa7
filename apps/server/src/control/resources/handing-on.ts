// Refusals of whoever would hand on more than he has, by a role, a membership or a key. Called by the resources that give rights.

import { GhostError } from "@ghostllm/contract";
import type { Grants, TeamRoleName } from "@ghostllm/contract";
import type { ApiKeyRow } from "#control/store/key-store.ts";
import type { Store } from "#control/store/store.ts";
import type { Actor } from "#domain/access/actor.ts";
import { hasInTeam, lacking, reachesAllOf } from "#domain/access/granting.ts";
import { builtInGrants } from "#domain/access/roles.ts";
import { invalid } from "./fields.ts";

type RoleFinder = { readonly roles: Pick<Store["roles"], "find" | "standing"> };

/** Rejects a name that no role has; `param` is where it was given. */
export async function grantsOfRole({ roles }: RoleFinder, name: string, param = "role"): Promise<Grants> {
  const grants = builtInGrants(name) ?? (await roles.find(name))?.grants;
  if (grants === undefined) throw invalid(param, `There is no role ${name}`);
  return grants;
}

interface RolesOfGroups {
  readonly group_roles?: readonly { readonly role: string }[] | undefined;
  readonly default_role?: string | undefined;
}

/** Rejects names that no role has, of what issuers and directories call groups. */
export async function refuseUnknownRoles(finder: RoleFinder, given: RolesOfGroups): Promise<void> {
  for (const [place, { role }] of (given.group_roles ?? []).entries())
    await grantsOfRole(finder, role, `group_roles[${place}].role`);
  if (given.default_role !== undefined) await grantsOfRole(finder, given.default_role, "default_role");
}

export function refuseMore({ grants }: Actor, given: Grants, what: string): void {
  const missing = lacking(grants, given);
  if (missing !== null)
    throw refusal(`${what} may more than you, such as ${missing}: nobody hands on what he does not have`);
}

/** For what would let the caller act as that user: a key in his name, another password. */
export async function refuseActingAs({ roles }: RoleFinder, actor: Actor, userId: string): Promise<void> {
  if (actor.userId === userId) return;
  // Whoever is switched off may be switched on again, and has then what was made of him meanwhile.
  const other = await roles.standing(userId, "anybody");
  if (other === undefined || reachesAllOf(actor, other)) return;
  throw refusal("This would let you do what that user may, and you may not");
}

/** For what would outlast a key: whoever finds one that is held to something would have one that is not. */
export async function refuseByHeldKey(store: Pick<Store, "apiKeys">, actor: Actor): Promise<void> {
  const key = await keyOf(store, actor);
  if (key === undefined) return;
  const { models, endpoints = null, addresses = null } = key.permissions;
  const bounds = [key.expiresAt, key.budgetNanos, models, endpoints, addresses, ...Object.values(key.limits)];
  if (key.budgets.length > 0 || bounds.some((bound) => bound !== null && bound !== undefined))
    throw refusal(
      `The key ${key.publicId} is held to less than you are, and makes and changes no keys: sign in for that`,
    );
}

/** For what says which models answer: whoever finds a key that is held to some would use others by it. */
export async function refuseByKeyOfModels(store: Pick<Store, "apiKeys">, actor: Actor): Promise<void> {
  const key = await keyOf(store, actor);
  if (key !== undefined && key.permissions.models !== null)
    throw refusal(`The key ${key.publicId} is held to some models, and changes no aliases: sign in for that`);
}

/** By which somebody has come; undefined: by none. */
async function keyOf({ apiKeys }: Pick<Store, "apiKeys">, { via, known }: Actor): Promise<ApiKeyRow | undefined> {
  return via === "api_key" && known.id !== null ? apiKeys.find(known.id, "all") : undefined;
}

export function refuseInTeam(actor: Actor, teamId: string, role: TeamRoleName): void {
  if (!hasInTeam(actor, teamId, role))
    throw refusal(`A ${role} may more in this team than you: nobody hands on what he does not have`);
}

function refusal(message: string): GhostError {
  return new GhostError("permission_denied", message);
}
