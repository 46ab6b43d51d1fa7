import { formatUsd, GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { ApiKeyChange, ApiKeyRow } from "#control/store/key-store.ts";
import type { NamedPage } from "#control/store/page.ts";
import type { ServiceAccountRow } from "#control/store/service-account-store.ts";
import { reachBy, reachesNothing } from "#domain/access/may.ts";
import type { Reach } from "#domain/access/may.ts";
import type { Store } from "#control/store/store.ts";
import { toToldLimits } from "#domain/told-limits.ts";
import { toApiBudgetTerms, toBudgets } from "./budget-fields.ts";
import { found, invalid, mergeLimits, toNanosOrNull, toTime, toTimeOrNull, toUsdOrNull, unlimited } from "./fields.ts";
import { refuseActingAs, refuseByHeldKey } from "./handing-on.ts";
import { importedMaterial, newKeyMaterial, type KeyMaterial } from "./key-material.ts";
import { changePermissions, everything, showPermissions } from "./key-permissions.ts";
import { byName, readNamed } from "./pagination.ts";
import { toApiPrivacy, toPrivacy } from "./privacy.ts";
import { storable } from "./stored-prompts.ts";
import type { Caller, Resource, ResourceDependencies } from "./resource.ts";

type ApiKey = RouteAnswer<AdminRoutes["apiKeys"]["get"]>;
type KeyCreation = Parameters<Resource<"apiKeys">["create"]>[0]["body"];
type Material = Omit<KeyMaterial, "key">;
type KeyUpdate = Parameters<Resource<"apiKeys">["update"]>[0]["body"];

/** `declared`: where; what is made or changed by a route is not. */
export function toApiKey(row: ApiKeyRow, nowMs: number, declared?: string): ApiKey {
  const { previous } = row;
  return {
    id: row.id,
    user_id: row.userId,
    owner: row.ownerKind === "person" ? "user" : row.ownerKind,
    team_id: row.teamId,
    name: row.name,
    public_id: row.publicId,
    tags: [...row.tags],
    permissions: showPermissions(row.permissions),
    limits: toToldLimits(row.limits),
    budget_usd: toUsdOrNull(row.budgetNanos),
    spent_usd: formatUsd(row.spentNanos),
    budgets: row.budgets.map(toApiBudgetTerms),
    privacy: toApiPrivacy(row.privacy),
    store_prompts: row.storePrompts,
    expires_at: toTimeOrNull(row.expiresAt),
    last_used_at: toTimeOrNull(row.lastUsedAt),
    is_active: row.isActive,
    previous:
      previous === null || previous.until <= nowMs
        ? null
        : { public_id: previous.publicId, works_until: toTime(previous.until) },
    declared: declared ?? null,
    created_at: toTime(row.createdAt),
  };
}

const orders = { ...byName, expires_at: (row: ApiKeyRow) => row.expiresAt };

export type KeyDeps = Pick<ResourceDependencies, "store" | "changed" | "withdraw" | "steadyTime">;

export function createApiKeysResource(deps: KeyDeps): Resource<"apiKeys"> {
  const { store, steadyTime } = deps;
  const toApi = (row: ApiKeyRow, declared?: string): ApiKey => toApiKey(row, steadyTime.now(), declared);
  return {
    async list({ query, reach }) {
      const { user_id: userId, team_id: teamId, tag, is_active: isActive } = query;
      const asked = {
        ...(isActive !== undefined && { isActive }),
        ...(userId !== undefined && { userId }),
        ...(teamId !== undefined && { teamId }),
        ...(tag !== undefined && { tag }),
      };
      const places = await store.declared.places("key");
      const list = (next: NamedPage) => store.apiKeys.list({ ...next, ...asked }, reach);
      return readNamed(query, orders, list, (row) => toApi(row, places.get(row.id)));
    },

    async create({ body, actor, reach }) {
      await refuseByHeldKey(store, actor);
      refuseActingFor(body, reach);
      const { key, ...material } = newKeyMaterial();
      const owner = await ownerOf(store, body, { actor, reach });
      return { ...toApi(await makeKey(deps, owner, body, { ...material, by: actor.userId })), key };
    },

    async import({ body: { sha256, ...body }, actor, reach }) {
      await refuseByHeldKey(store, actor);
      refuseActingFor(body, reach);
      const owner = await ownerOf(store, body, { actor, reach });
      return toApi(await makeKey(deps, owner, body, { ...importedMaterial(sha256), by: actor.userId }));
    },

    async get({ params: { id }, reach }) {
      const row = found(await store.apiKeys.find(id, reach), "API key", id);
      return toApi(row, await store.declared.placeOf("key", id));
    },
    ...changingOf(deps, toApi),
  };
}

function changingOf(
  { store, changed, withdraw, steadyTime }: KeyDeps,
  toApi: (row: ApiKeyRow) => ApiKey,
): Pick<Resource<"apiKeys">, "update" | "rotate" | "revoke"> {
  const working = async (id: string, reach: Reach): Promise<ApiKeyRow> => {
    const row = found(await store.apiKeys.find(id, reach), "API key", id);
    if (!row.isActive) throw new GhostError("conflict", `The key ${row.publicId} is revoked for good`);
    return row;
  };
  return {
    async update({ params: { id }, body, actor, reach }) {
      await refuseByHeldKey(store, actor);
      refuseActingFor(body, reach);
      const before = await working(id, reach);
      const change = await toChange(before, body, { store, now: steadyTime.now() });
      const row = await store.apiKeys.update(id, change, reach);
      await changed();
      return toApi(found(row, "API key", id));
    },

    async rotate({ params: { id }, body: { overlap_seconds: seconds }, actor, reach }) {
      const { userId, ownerKind } = await working(id, reach);
      // By itself a key becomes no other: what holds it holds its next secret.
      if (actor.known.id !== id) await refuseByHeldKey(store, actor);
      // Whoever has the new secret may what its owner may.
      if (ownerKind === "person") await refuseActingAs(store, actor, userId);
      const { key, ...material } = newKeyMaterial();
      const rotation = { ...material, previousUntil: steadyTime.now() + seconds * 1000 };
      const row = found(await store.apiKeys.rotate(id, rotation, reach), "API key", id);
      await changed();
      return { ...toApi(row), key };
    },

    async revoke({ params: { id }, reach }) {
      found(await store.apiKeys.update(id, { isActive: false }, reach), "API key", id);
      await withdraw({ kind: "key", id });
      await changed();
      return { id, deleted: true };
    },
  };
}

/** What others are charged is for who manages everybody's keys. */
export function refuseActingFor({ permissions }: Pick<KeyUpdate, "permissions">, reach: Reach): void {
  if (reach === "all" || (permissions?.acts_for ?? null) === null) return;
  throw new GhostError("permission_denied", "Who may not manage all keys makes none that acts for others", {
    param: "permissions.acts_for",
  });
}

type KeyOwner = Pick<ApiKeyRow, "userId" | "teamId">;
type KeyFacts = Omit<KeyCreation, "user_id" | "owner" | "team_id" | "store_prompts"> &
  Partial<Pick<KeyCreation, "store_prompts">>;
type Making = Material & { readonly by: string | null };

/** Answers the row when the key works. `by`: the user who makes it. */
export async function makeKey(
  { store, changed, steadyTime }: KeyDeps,
  owner: KeyOwner,
  body: KeyFacts,
  { publicId, keyHash, by }: Making,
): Promise<ApiKeyRow> {
  const row = await store.apiKeys.create(
    {
      ...{ ...owner, name: body.name, publicId, keyHash, tags: body.tags },
      permissions: changePermissions(everything, body.permissions),
      limits: mergeLimits(unlimited, body.limits),
      budgetNanos: toNanosOrNull(body.budget_usd),
      budgets: await toBudgets(body.budgets ?? [], {
        ...{ before: [], store, now: steadyTime.now(), teamId: owner.teamId },
      }),
      privacy: toPrivacy(body.privacy),
      storePrompts: storable(store, body.store_prompts ?? null),
      expiresAt: toExpiry(body.expires_at, steadyTime.now()),
    },
    by,
  );
  await changed();
  return row;
}

/** Whose the new key is. Of a team itself and of a service account it opens nothing that its team's manager does not have. */
async function ownerOf(store: KeyDeps["store"], body: KeyCreation, { actor, reach }: Caller): Promise<KeyOwner> {
  if (body.owner === "team") return ownerOfTeam(store, body, reach);
  const userId = body.user_id ?? actor.userId;
  if (userId === null) throw invalid("user_id", "The admin key belongs to no user, so name the owner of the new key");
  const account = await store.serviceAccounts.find(userId, reachBy(reach, "team"));
  if (account !== undefined) return ownerByAccount(account, body.team_id);
  await refuseOwner(store, { userId, teamId: body.team_id }, { actor, reach });
  return { userId, teamId: body.team_id };
}

async function ownerOfTeam(store: KeyDeps["store"], body: KeyCreation, reach: Reach): Promise<KeyOwner> {
  const { team_id: teamId, user_id: userId } = body;
  if (teamId === null) throw invalid("team_id", "Name the team that the key is of");
  if (userId !== undefined) throw invalid("user_id", "A key of the team itself is of no user");
  if ((await store.teams.find(teamId, reachBy(reach, "team"))) === undefined)
    throw invalid("team_id", `There is no team ${teamId}`);
  return { userId: await store.serviceAccounts.ofTeam(teamId, unlimited), teamId };
}

function ownerByAccount({ id, teamId }: ServiceAccountRow, asked: string | null): KeyOwner {
  if (asked !== null && asked !== teamId) throw invalid("team_id", `The service account is of the team ${teamId}`);
  return { userId: id, teamId };
}

/** A key does what its owner may: nobody makes one in the name of somebody who may more. */
async function refuseOwner(store: KeyDeps["store"], owner: KeyOwner, { actor, reach }: Caller): Promise<void> {
  const { userId, teamId } = owner;
  if (teamId === null) await refuseWithoutTeam(store, userId, reach);
  // The key of a team is charged to it: whoever is not in it has no business there.
  else if ((await store.teams.member(teamId, userId, reachBy(reach, "team"))) === undefined)
    throw invalid("team_id", `There is no team ${teamId} that the user ${userId} is in`);
  await refuseActingAs(store, actor, userId);
}

/** By no team's budget counts only what somebody may make who may so beyond his teams. */
async function refuseWithoutTeam({ users }: KeyDeps["store"], userId: string, reach: Reach): Promise<void> {
  const own = reachBy(reach, "user");
  if (reachesNothing(own)) throw invalid("team_id", "Name the team that the key is of");
  if ((await users.find(userId, own)) === undefined) throw invalid("user_id", `There is no user ${userId}`);
}

interface Known {
  readonly store: Pick<Store, "aliases" | "contents">;
  readonly now: number;
}

async function toChange(before: ApiKeyRow, body: KeyUpdate, known: Known): Promise<ApiKeyChange> {
  return {
    ...(body.budgets !== undefined && {
      budgets: await toBudgets(body.budgets, { before: before.budgets, teamId: before.teamId, ...known }),
    }),
    ...(body.name !== undefined && { name: body.name }),
    ...(body.tags !== undefined && { tags: body.tags }),
    ...(body.permissions !== undefined && { permissions: changePermissions(before.permissions, body.permissions) }),
    ...(body.limits !== undefined && { limits: mergeLimits(before.limits, body.limits) }),
    ...(body.budget_usd !== undefined && { budgetNanos: toNanosOrNull(body.budget_usd) }),
    ...(body.privacy !== undefined && { privacy: toPrivacy(body.privacy) }),
    ...(body.store_prompts !== undefined && { storePrompts: storable(known.store, body.store_prompts) }),
    ...(body.expires_at !== undefined && { expiresAt: toExpiry(body.expires_at, known.now) }),
  };
}

function toExpiry(moment: string | null, nowMs: number): number | null {
  if (moment === null) return null;
  const expiresAt = Date.parse(moment);
  if (expiresAt <= nowMs) throw invalid("expires_at", "The time has passed already; revoke a key to end it now");
  return expiresAt;
}
