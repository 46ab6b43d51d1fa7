import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { AliasRow, AliasTargetRow } from "#control/store/store.ts";
import type { Reach } from "#domain/access/may.ts";
import type { CachePolicy, SemanticPolicy } from "#domain/cache-policy.ts";
import { toToldLimits } from "#domain/told-limits.ts";
import { refuseContinuation } from "./alias-continuation.ts";
import { refuseFallbacks, refuseHedge, refuseSticky, takePolicy, toApiPolicy, toPolicy } from "./alias-policy.ts";
import { refuseSemantic } from "./alias-semantic.ts";
import { refuseModelName, refuseStars, refuseTargets, refuseTeam } from "./alias-rules.ts";
import { refuseLostDowngrades, toApiBudgetTerms, toHeld } from "./budget-fields.ts";
import { found, invalid, notFound, toTime, unlimited } from "./fields.ts";
import { refuseByKeyOfModels } from "./handing-on.ts";
import { byName, pageOf, readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { toApiTargetLimits, toTargetLimits } from "./target-limits.ts";

export type AliasDeps = Pick<ResourceDependencies, "store" | "changed" | "snapshot" | "steadyTime" | "definitions">;
export type AliasCreation = Parameters<Resource<"aliases">["create"]>[0]["body"];
type AliasUpdate = Parameters<Resource<"aliases">["update"]>[0]["body"];
type ApiAlias = RouteAnswer<AdminRoutes["aliases"]["get"]>;

export function createAliasesResource(deps: AliasDeps): Resource<"aliases"> {
  const { store, changed } = deps;
  return {
    async list({ query, reach }) {
      const { team_id: teamId } = query;
      const all = await store.aliases.list(null, reach);
      const rows = teamId === undefined ? all : all.filter((row) => row.teamId === teamId);
      const page = pageOf(rows, byName, ({ name }) => [name]);
      const places = await store.declared.places("alias");
      return readNamed(query, byName, page, (row) => toApiAlias(row, places.get(row.id)));
    },

    async create({ body, actor, reach }) {
      await refuseByKeyOfModels(store, actor);
      const row = await store.aliases.create(await toNewAlias(deps, body, { reach, before: null }));
      await changed();
      return toApiAlias(row);
    },

    async get({ params: { id }, reach }) {
      const row = found(await store.aliases.find(id, reach), "alias", id);
      return toApiAlias(row, await store.declared.placeOf("alias", id));
    },

    async update({ params: { id }, body, actor, reach }) {
      await refuseByKeyOfModels(store, actor);
      const before = await changeable(deps, id, reach);
      const row = await store.aliases.update(id, await toChange(deps, before, body, reach), reach);
      await changed();
      return toApiAlias(found(row, "alias", id));
    },

    async remove({ params: { id }, reach }) {
      await changeable(deps, id, reach);
      if (!(await store.aliases.remove(id, reach))) throw notFound("alias", id);
      await changed();
      return { id, deleted: true };
    },
  };
}

/** Everybody's are seen by more than may change them. */
async function changeable({ store }: AliasDeps, id: string, reach: Reach): Promise<AliasRow> {
  const row = found(await store.aliases.find(id, reach), "alias", id);
  if (row.teamId !== null || reach === "all") return row;
  throw new GhostError("permission_denied", `The alias ${row.name} is everybody's: it takes the right to change all`);
}

interface Making {
  readonly reach: Reach;
  /** Null: it is a new one. Else it becomes what a new one would be. */
  readonly before: AliasRow | null;
}

/** All of an alias, by what is said of it; what is left out is as usual. */
export async function toNewAlias(deps: AliasDeps, body: AliasCreation, { reach, before }: Making) {
  const { said, rest } = takePolicy(body);
  const { team_id: teamId, limits, budgets, cache, ...named } = rest;
  const { store, steadyTime } = deps;
  const team = await refuseTeam(store, teamId, reach);
  await refuseTargets(store, named.targets, team);
  refuseStars(named.name, named.targets);
  if (teamId !== null) refuseModelName(deps.snapshot(), named.name);
  refuseItself(named.name, budgets);
  const policy = toPolicy(said, null) ?? null;
  refuseSticky(named.strategy, policy);
  refuseHedge(named.targets, policy);
  await refuseContinuation(deps, named.targets, policy);
  const led = { name: named.name, id: before?.id ?? null, teamId, team, policy };
  await refuseFallbacks(store, led);
  await refuseSemantic(deps, led, { semantic: cache?.semantic ?? null, targets: named.targets });
  const known = { limits: unlimited, budgets: before?.budgets ?? [] };
  const held = await toHeld(
    { limits: limits ?? {}, budgets: budgets ?? [] },
    { before: known, store, now: steadyTime.now(), teamId },
  );
  return { teamId, ...named, targets: toTargets(named.targets), policy, cache: toCache(cache), ...held };
}

async function toChange(deps: AliasDeps, before: AliasRow, body: AliasUpdate, reach: Reach) {
  const { store, steadyTime } = deps;
  const { said, rest } = takePolicy(body);
  const { team_id: given, name, strategy, targets, cache, ...held } = rest;
  const teamId = given === undefined ? before.teamId : given;
  const isElsewhere = teamId !== before.teamId;
  if (isElsewhere || targets !== undefined) {
    const team = await refuseTeam(store, teamId, reach);
    await refuseTargets(store, targets ?? before.targets, team);
  }
  const named = name ?? before.name;
  if (name !== undefined || targets !== undefined) refuseStars(named, targets ?? before.targets);
  if (teamId !== null && (isElsewhere || named !== before.name)) refuseModelName(deps.snapshot(), named);
  refuseItself(named, held.budgets);
  const policy = toPolicy(said, before.policy);
  refuseSticky(strategy ?? before.strategy, policy === undefined ? before.policy : policy);
  refuseHedge(targets ?? before.targets, policy === undefined ? before.policy : policy);
  await refuseContinuation(deps, targets ?? before.targets, policy === undefined ? before.policy : policy);
  if (policy !== undefined || isElsewhere || named !== before.name) {
    const team = await refuseTeam(store, teamId, isElsewhere ? reach : "all");
    await refuseFallbacks(store, {
      name: named,
      id: before.id,
      teamId,
      team,
      policy: policy === undefined ? before.policy : policy,
    });
  }
  await refuseSemanticChange(deps, before, { ...body, teamId, reach: isElsewhere ? reach : "all" });
  if (isElsewhere && held.budgets === undefined) await refuseLostDowngrades(before.budgets, teamId, store);
  return {
    ...(await toHeld(held, { before, store, now: steadyTime.now(), teamId })),
    ...(isElsewhere && { teamId }),
    ...(name !== undefined && { name }),
    ...(strategy !== undefined && { strategy }),
    ...(targets !== undefined && { targets: toTargets(targets) }),
    ...(cache !== undefined && { cache: toCache(cache) }),
    ...(policy !== undefined && { policy }),
  };
}

function toTargets(targets: AliasCreation["targets"]): readonly AliasTargetRow[] {
  return targets.map(({ limits: given, ...target }) => {
    const limits = toTargetLimits(given);
    return { ...target, ...(limits !== null && { limits }) };
  });
}

interface SemanticChange extends Pick<AliasUpdate, "name" | "targets" | "cache"> {
  readonly teamId: string | null;
  readonly reach: Reach;
}

/** What it is after the change, where that has anything to do with it. */
async function refuseSemanticChange(deps: AliasDeps, before: AliasRow, change: SemanticChange): Promise<void> {
  const { name = before.name, targets, cache, teamId, reach } = change;
  const given = cache === undefined ? before.cache?.semantic : cache?.semantic;
  const isSame = cache === undefined && targets === undefined && teamId === before.teamId && name === before.name;
  if (isSame || !given) return;
  const team = await refuseTeam(deps.store, teamId, reach);
  const led = { name, id: before.id, teamId, team, policy: before.policy };
  await refuseSemantic(deps, led, { semantic: given, targets: targets ?? before.targets });
}

function toCache(cache: AliasUpdate["cache"]): CachePolicy | null {
  if (!cache) return null;
  const { ttl_seconds: ttlSeconds, scope, pace, semantic } = cache;
  return {
    ...{ ttlSeconds, scope },
    ...(pace !== "at_once" && { pace }),
    ...(semantic !== null && { semantic: toSemantic(semantic) }),
  };
}

type ApiSemantic = NonNullable<NonNullable<ApiAlias["cache"]>["semantic"]>;

function toSemantic(told: ApiSemantic): SemanticPolicy {
  const { model, threshold, timeout_ms: timeoutMs, more_than_text: moreThanText } = told;
  return { model, threshold, timeoutMs, moreThanText };
}

function toApiCache({ ttlSeconds, scope, pace = "at_once", semantic }: CachePolicy): NonNullable<ApiAlias["cache"]> {
  return { ttl_seconds: ttlSeconds, scope, pace, semantic: semantic === undefined ? null : toApiSemantic(semantic) };
}

function toApiSemantic({ model, threshold, timeoutMs, moreThanText }: SemanticPolicy): ApiSemantic {
  return { model, threshold, timeout_ms: timeoutMs, more_than_text: moreThanText };
}

/** `declared`: where; what is made or changed by a route is not. */
function toApiAlias(row: AliasRow, declared?: string): ApiAlias {
  return {
    id: row.id,
    team_id: row.teamId,
    name: row.name,
    strategy: row.strategy,
    targets: row.targets.map(({ limits = null, ...target }) => ({ ...target, limits: toApiTargetLimits(limits) })),
    cache: row.cache && toApiCache(row.cache),
    ...toApiPolicy(row.policy),
    limits: toToldLimits(row.limits),
    budgets: row.budgets.map(toApiBudgetTerms),
    declared: declared ?? null,
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

/** One that answers in its own place would have no cap. */
function refuseItself(name: string, budgets: AliasUpdate["budgets"] = []): void {
  const place = budgets.findIndex(({ downgrade_to: alias }) => alias === name);
  if (place >= 0) throw invalid(`budgets.${place}.downgrade_to`, "It is this alias itself: name another one");
}
