import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { NamedPage } from "#control/store/page.ts";
import type { MemberRow, NewTeam, TeamChange, TeamRow } from "#control/store/team-store.ts";
import { reach as reachOf, type Reach } from "#domain/access/may.ts";
import { toToldLimits } from "#domain/told-limits.ts";
import { toApiBudgetTerms, toBudgets } from "./budget-fields.ts";
import { found, invalid, mergeLimits, notFound, toNanosOrNull, toTime, toUsdOrNull, unlimited } from "./fields.ts";
import { refuseInTeam } from "./handing-on.ts";
import { byName, readNamed } from "./pagination.ts";
import { toApiPrivacy, toPrivacy } from "./privacy.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { storable } from "./stored-prompts.ts";

type ApiTeam = RouteAnswer<AdminRoutes["teams"]["get"]>;
type ApiMember = RouteAnswer<AdminRoutes["teams"]["addMember"]>;
type TeamCreation = Parameters<Resource<"teams">["create"]>[0]["body"];
type TeamUpdate = Parameters<Resource<"teams">["update"]>[0]["body"];
type TeamDeps = Pick<ResourceDependencies, "store" | "changed" | "withdraw" | "steadyTime">;
type NewMember = Omit<Parameters<Resource<"teams">["addMember"]>[0]["body"], "role">;
type MemberRoutes = "members" | "addMember" | "updateMember" | "removeMember";

/** `declared`: where; what is made or changed by a route is not. */
function toApiTeam(row: TeamRow, declared?: string): ApiTeam {
  return {
    id: row.id,
    organisation_id: row.organisationId,
    name: row.name,
    models: row.models === null ? null : [...row.models],
    limits: toToldLimits(row.limits),
    budget_usd: toUsdOrNull(row.budgetNanos),
    spent_usd: formatUsd(row.spentNanos),
    budgets: row.budgets.map(toApiBudgetTerms),
    privacy: toApiPrivacy(row.privacy),
    members: row.members,
    keys: row.keys,
    members_make_keys: row.membersMakeKeys,
    store_prompts: row.storePrompts,
    declared: declared ?? null,
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

function toApiMember({ userId, email, username, role, joinedAt }: MemberRow): ApiMember {
  return { user_id: userId, email, username, role, joined_at: toTime(joinedAt) };
}

export function createTeamsResource(deps: TeamDeps): Resource<"teams"> {
  const { store, changed, steadyTime } = deps;
  const { teams } = store;
  return {
    async list({ query, reach }) {
      const { organisation_id: organisationId, user_id: userId } = query;
      const asked = {
        ...(organisationId !== undefined && { organisationId }),
        ...(userId !== undefined && { userId }),
      };
      const places = await store.declared.places("team");
      const list = (next: NamedPage) => teams.list({ ...next, ...asked }, reach);
      return readNamed(query, byName, list, (row) => toApiTeam(row, places.get(row.id)));
    },

    async create({ body }) {
      const row = await teams.create(await toNewTeam({ store, steadyTime }, body, null));
      await changed();
      return toApiTeam(row);
    },

    async get({ params: { id }, reach }) {
      const row = found(await teams.find(id, reach), "team", id);
      return toApiTeam(row, await store.declared.placeOf("team", id));
    },

    async update({ params: { id }, body, reach }) {
      const before = found(await teams.find(id, reach), "team", id);
      const { budgets: given } = body;
      const now = steadyTime.now();
      const budgets = given && (await toBudgets(given, { before: before.budgets, store, now, teamId: id }));
      const { store_prompts: asked } = body;
      const storing = asked === undefined ? {} : { storePrompts: storable(store, asked) };
      const row = await teams.update(id, { ...toChange(before, body), ...(budgets && { budgets }), ...storing }, reach);
      await changed();
      return toApiTeam(found(row, "team", id));
    },

    async remove({ params: { id }, reach }) {
      if (!(await teams.remove(id, reach))) throw notFound("team", id);
      await changed();
      return { id, deleted: true };
    },

    ...membersOf(deps),
  };
}

/** All of a team, by what is said of it; what is left out is as usual. `before`: null where it is a new one. */
export async function toNewTeam(
  { store, steadyTime }: Pick<TeamDeps, "store" | "steadyTime">,
  body: TeamCreation,
  before: TeamRow | null,
): Promise<NewTeam> {
  const { name, models, limits, organisation_id: organisationId, budget_usd: budget, budgets, privacy } = body;
  const circumstances = { before: before?.budgets ?? [], store, now: steadyTime.now(), teamId: before?.id ?? null };
  return {
    ...{ organisationId, name, models, membersMakeKeys: body.members_make_keys },
    ...{ limits: mergeLimits(unlimited, limits), budgetNanos: toNanosOrNull(budget) },
    budgets: await toBudgets(budgets ?? [], circumstances),
    ...{ privacy: toPrivacy(privacy), storePrompts: storable(store, body.store_prompts) },
  };
}

interface ListedMember {
  readonly id: string;
  readonly row: MemberRow;
}

function membersOf({ store, changed, withdraw }: TeamDeps): Pick<Resource<"teams">, MemberRoutes> {
  const { teams } = store;
  return {
    async members({ params: { id }, query, reach }) {
      found(await teams.find(id, reach), "team", id);
      // A page goes by users.
      const { data, next } = await readNamed(
        query,
        { name: ({ row }: ListedMember) => row.username },
        async (page) => (await teams.members(id, page, reach)).map((row) => ({ id: row.userId, row })),
        ({ row }) => toApiMember(row),
      );
      return { data, next };
    },

    async addMember({ params: { id }, body: { role, ...who }, actor, reach }) {
      found(await teams.find(id, reach), "team", id);
      refuseInTeam(actor, id, role);
      const userId = await idOfNew(store, who, reach === "all" ? reach : reachOf(actor, "users.read"));
      return toApiMember(await teams.addMember(id, { userId, role }));
    },

    async updateMember({ params: { id, user_id: userId }, body: { role }, actor, reach }) {
      found(await teams.member(id, userId, reach), "member", userId);
      refuseInTeam(actor, id, role);
      return toApiMember(found(await teams.updateMember(id, userId, role, reach), "member", userId));
    },

    async removeMember({ params: { id, user_id: userId }, reach }) {
      const revoked = found(await teams.removeMember(id, userId, reach), "member", userId);
      for (const key of revoked) await withdraw({ kind: "key", id: key });
      await changed();
      return { id: userId, deleted: true };
    },
  };
}

/** Who is in a team is seen by its manager: by an id he takes in nobody whom he could not see, and by an address whom he knows. */
async function idOfNew({ users }: TeamDeps["store"], who: NewMember, seen: Reach): Promise<string> {
  const { user_id: id = "", email } = who;
  if (email === undefined && (await users.find(id, seen)) === undefined)
    throw invalid("user_id", `There is no user ${id}`);
  const userId = email === undefined ? id : await users.idOf(email);
  if (userId === undefined) throw invalid("email", `There is no user ${email}`);
  return userId;
}

function toChange(before: TeamRow, body: TeamUpdate): TeamChange {
  const { name, models, members_make_keys: membersMakeKeys, limits, budget_usd: budget, privacy } = body;
  return {
    ...(name !== undefined && { name }),
    ...(models !== undefined && { models }),
    ...(membersMakeKeys !== undefined && { membersMakeKeys }),
    ...(limits !== undefined && { limits: mergeLimits(before.limits, limits) }),
    ...(budget !== undefined && { budgetNanos: toNanosOrNull(budget) }),
    ...(privacy !== undefined && { privacy: toPrivacy(privacy) }),
  };
}
