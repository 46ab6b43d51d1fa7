import { GhostError } from "@ghostllm/contract";
import type { AliasStrategy } from "@ghostllm/contract";
import { longestName } from "@ghostllm/llm";
import type { AliasPolicy } from "#domain/alias-policy.ts";
import { filled, matchOf, star } from "#domain/alias-patterns.ts";
import type { Matched } from "#domain/alias-patterns.ts";
import { isNamed, isTargetNamed } from "#domain/allowed-models.ts";
import { modelRulesOf } from "#domain/principal.ts";
import type { AliasHedge, AliasShadow, AliasQueue } from "#domain/alias-policy.ts";
import type { AliasCache } from "#domain/cache-policy.ts";
import type { LimitedScope, Principal } from "#domain/principal.ts";
import { freePrices } from "#domain/prices.ts";
import { twinOf } from "#domain/model-names.ts";
import { heldInAlias } from "#domain/snapshot/targets.ts";
import { unlistedTarget } from "#domain/snapshot.ts";
import type { ProviderEntry, Alias, AliasPattern, NamedTarget, Snapshot, Target } from "#domain/snapshot.ts";

/** The targets that a name stands for, before their health is looked at. */
export interface Candidates {
  /** The name the client asked for. */
  readonly requested: string;
  readonly strategy: AliasStrategy;
  readonly targets: readonly { readonly target: Target; readonly weight: number }[];
  /** Of the alias, those that nobody is asked for here; absent: none. */
  readonly absent?: readonly AbsentTarget[];
  /** The name is an alias: permission for it covers whatever it stands for. */
  readonly isAlias: boolean;
  /** Of the caller's team: what the team may not use is left out of its targets. Absent: everybody's. */
  readonly isOfTeam?: boolean;
  /** What the alias says about failures and time; absent or null: nothing. */
  readonly policy?: AliasPolicy | null;
  /** By what users are told apart who stay with a target each; absent or null: nobody does. */
  readonly sticky?: string | null;
  /** What the alias is held to; null: nothing. */
  readonly scope: LimitedScope | null;
  /** What is kept of its answers; absent or null: nothing. */
  readonly cache?: AliasCache | null;
  readonly queue?: AliasQueue | null;
  readonly hedge?: AliasHedge | null;
  readonly shadow?: AliasShadow | null;
  /** It has no targets, since all their providers wait for an operator; absent: no. */
  readonly awaitsRepair?: boolean;
}

/** Its provider is disabled or waits for an operator; the team may not use it; or the request itself leaves it out. */
export interface AbsentTarget extends NamedTarget {
  readonly reason: "provider" | "team" | "excluded" | "cost";
}

/** For whom a name is looked up: a team has aliases of its own. */
export type NameCaller = Pick<Principal, "teamId" | "teamModels">;

/**
 * Never without targets. Throws GhostError `model_not_found`, `permission_denied` where a team may use nothing of its alias any more, and
 * `invalid_request_error` for what is no name.
 */
export function resolveModel(snapshot: Snapshot, requested: string, caller: NameCaller): Candidates {
  if (requested.length > longestName) throw tooLong();
  const candidates = findModel(snapshot, requested, caller);
  if (candidates.targets.length > 0) return candidates;
  if (candidates.absent?.some(({ reason }) => reason === "team") === true) throw nothingLeft(requested);
  if (candidates.awaitsRepair === true || isUnusable(snapshot, requested)) throw unusable(requested);
  const message = `The model '${shorten(requested)}' does not exist or is not offered here.`;
  throw new GhostError("model_not_found", message, { param: "model" });
}

function tooLong(): GhostError {
  const message = `Invalid 'model': expected the name of a model, of at most ${longestName} characters.`;
  return new GhostError("invalid_request_error", message, { param: "model" });
}

/** It is known here, but every provider of it waits for an operator: that is no fault of the name. */
function isUnusable({ unusableModels, unusableProviders }: Snapshot, requested: string): boolean {
  return unusableModels.has(requested) || unusableProviders.has(requested.split("/", 1)[0] ?? "");
}

function unusable(requested: string): GhostError {
  return new GhostError(
    "service_unavailable",
    `The provider of '${shorten(requested)}' cannot be used until an operator has repaired its configuration.`,
    { param: "model", isFinal: true },
  );
}

function nothingLeft(requested: string): GhostError {
  const message = `The team of this API key may use none of the models that its alias '${shorten(requested)}' leads to.`;
  return new GhostError("permission_denied", message, { param: "model" });
}

/** Names that clients make up must not fill the memory. */
const mostRemembered = 1000;
const remembered = new WeakMap<Snapshot, Map<string, Candidates>>();

/**
 * An alias, `provider/model`, or the bare name of a model, in this order; an alias of the caller's team after everybody's. What is none of
 * it is looked for among the patterns of the team, and at last led to by one that is a star alone. Without targets for an unknown name.
 */
export function findModel(snapshot: Snapshot, requested: string, caller: NameCaller): Candidates {
  const common = findCommon(snapshot, requested);
  if (common.isAlias) return common;
  const { teamId } = caller;
  const alias = teamId === null ? undefined : findNamed(snapshot.teamAliases.get(teamId), requested);
  if (alias !== undefined) return ofTeam(alias, requested, caller);
  if (common.targets.length > 0) return common;
  return findForUnknown(snapshot, requested, caller) ?? common;
}

function findForUnknown(snapshot: Snapshot, requested: string, caller: NameCaller): Candidates | null {
  const { everybodys, ofTeams } = snapshot.aliasPatterns;
  const ofTeamMatch = matchOf(ofTeams.get(caller.teamId ?? "") ?? [], requested);
  if (ofTeamMatch !== null) return ofTeam(matched(snapshot, ofTeamMatch), requested, caller);
  const match = matchOf(everybodys.filter(isForUnknown), requested);
  return match && ofAlias(matched(snapshot, match), requested);
}

/** A star alone stands in front of nothing that there is. */
function isForUnknown({ alias }: AliasPattern): boolean {
  return alias.name === star;
}

/** As if it had been written for this name. */
function matched(snapshot: Snapshot, { pattern: { alias, targets }, stood }: Matched): Alias {
  const found = targets.map(({ provider, model, weight, scope = null }) => ({
    target: heldInAlias(findTarget(snapshot, provider, filled(model, stood)), scope),
    weight,
  }));
  const absent = alias.absent?.map(({ provider, model }) => ({ provider, model: filled(model, stood) }));
  return { ...alias, targets: found, ...(absent && { absent }) };
}

/** What is written down of it is what the team might use then: what it may use now decides. */
function ofTeam(alias: Alias, requested: string, { teamModels }: NameCaller): Candidates {
  const isUsable = ({ target: { provider, model } }: Candidates["targets"][number]): boolean =>
    teamModels === null || isTargetNamed(teamModels, { provider: provider.name, model });
  const usable = alias.targets.filter(isUsable);
  const barred = usable.length === alias.targets.length ? [] : alias.targets.filter((one) => !isUsable(one));
  const absent = [...absentOf(alias), ...barred.map(({ target }) => absentTarget(target, "team"))];
  return { ...ofAlias(alias, requested), targets: usable, isOfTeam: true, absent };
}

function ofAlias(alias: Alias, requested: string): Candidates {
  const { strategy, targets, policy = null, sticky = null, scope = null, cache = null, queue = null } = alias;
  const said = { policy, sticky, scope, cache, queue, hedge: alias.hedge ?? null, shadow: alias.shadow ?? null };
  const awaitsRepair = alias.awaitsRepair === true;
  return { requested, strategy, targets, isAlias: true, ...said, absent: absentOf(alias), awaitsRepair };
}

function absentTarget({ provider, model }: Target, reason: AbsentTarget["reason"]): AbsentTarget {
  return { provider: provider.name, model, reason };
}

function absentOf({ absent = [] }: Alias): readonly AbsentTarget[] {
  return absent.map(({ provider, model }) => ({ provider, model, reason: "provider" }));
}

/** What a name stands for, whoever asks, is looked up once for each snapshot. */
function findCommon(snapshot: Snapshot, requested: string): Candidates {
  let known = remembered.get(snapshot);
  if (known === undefined) remembered.set(snapshot, (known = new Map()));
  let candidates = known.get(requested);
  if (candidates === undefined) {
    candidates = lookUp(snapshot, requested);
    if (known.size >= mostRemembered) known.clear();
    known.set(requested, candidates);
  }
  return candidates;
}

function lookUp(snapshot: Snapshot, requested: string): Candidates {
  const alias = findNamed(snapshot.aliases, requested);
  if (alias !== undefined) return ofAlias(alias, requested);
  const match = matchOf(snapshot.aliasPatterns.everybodys, requested);
  if (match !== null && !isForUnknown(match.pattern)) return ofAlias(matched(snapshot, match), requested);
  const direct = resolveDirect(snapshot, requested);
  const targets = direct === null ? findBare(snapshot, requested) : [direct];
  return {
    requested,
    strategy: "ordered",
    targets: targets.map((target) => ({ target, weight: 1 })),
    isAlias: false,
    scope: null,
  };
}

function findNamed(aliases: ReadonlyMap<string, Alias> | undefined, requested: string): Alias | undefined {
  return aliases?.get(requested) ?? aliases?.get(twinOf(requested) ?? "");
}

/** Asked for is whichever model is the best for the request. An alias that has the name stands in front of that. */
export function isAuto(snapshot: Snapshot, requested: string, { teamId }: NameCaller): boolean {
  if (requested !== autoName && requested !== autoTwin) return false;
  const own = teamId === null ? undefined : snapshot.teamAliases.get(teamId);
  return findNamed(own, requested) === undefined && !findCommon(snapshot, requested).isAlias;
}

export const autoName = "auto";
const autoTwin = twinOf(autoName);

function findBare(snapshot: Snapshot, requested: string): readonly Target[] {
  const listed = snapshot.models.get(requested);
  if (listed !== undefined) return listed;
  const twins = snapshot.models.get(twinOf(requested) ?? "") ?? [];
  return twins.length > 0 ? twins.map((target) => askedAs(target, requested)) : searchPriceList(snapshot, requested);
}

/** What nobody lists, and the price list knows as a model of the provider's kind: it may be there all the same. */
function searchPriceList(snapshot: Snapshot, requested: string): readonly Target[] {
  const { providers, prices } = snapshot;
  const able = [...providers.values()].filter((provider) => prices.find(provider, requested) !== null);
  return able.map((provider) => pricedTarget(snapshot, provider, requested));
}

/** Its server knows it by both names, and answers by the one that it hears. */
function askedAs(target: Target, sentAs: string): Target {
  return { ...target, sentAs };
}

/** The price of another model of the same provider, as that of one that gave advice. */
export function findTarget(snapshot: Snapshot, provider: ProviderEntry, model: string): Target {
  return findListed(snapshot, provider, model) ?? pricedTarget(snapshot, provider, model);
}

/** `provider/model` reaches that provider, also for a model that has no row. */
function resolveDirect(snapshot: Snapshot, requested: string): Target | null {
  const slash = requested.indexOf("/");
  const provider = slash < 0 ? undefined : snapshot.providers.get(requested.slice(0, slash));
  if (provider === undefined) return null;
  const model = requested.slice(slash + 1);
  // Some vendors have the model in their paths, where dots would lead elsewhere.
  if (["", ".", ".."].includes(model)) return null;
  // A vendor may have models whose own names begin with its name, such as Groq's `groq/compound`.
  return (
    findListed(snapshot, provider, requested) ??
    findListed(snapshot, provider, model) ??
    findTwin(snapshot, provider, model) ??
    pricedTarget(snapshot, provider, model)
  );
}

function findTwin(snapshot: Snapshot, provider: ProviderEntry, model: string): Target | undefined {
  const twin = findListed(snapshot, provider, twinOf(model) ?? "");
  return twin && askedAs(twin, model);
}

function findListed(snapshot: Snapshot, provider: ProviderEntry, model: string): Target | undefined {
  return snapshot.models.get(model)?.find((target) => target.provider === provider);
}

/** One that nobody lists, as far as the price list knows it. */
function pricedTarget({ prices: book }: Snapshot, provider: ProviderEntry, model: string): Target {
  const known = book.find(provider, model);
  const prices = known?.prices ?? (provider.definition.free ? freePrices : null);
  return unlistedTarget(provider, model, { prices, contextLength: known?.contextLength ?? null });
}

/** Throws GhostError `permission_denied` when the key may not use what it asked for. */
export function checkPermission(principal: Principal, candidates: Candidates): void {
  if (isModelAllowed(principal, candidates)) return;
  throw new GhostError(
    "permission_denied",
    `The API key ${principal.publicId} has no permission for the model '${shorten(candidates.requested)}'.`,
    { param: "model" },
  );
}

/**
 * The name asked for is allowed, or every target that it may reach is. Of a team's alias the team is asked about the targets, of which
 * those that it may use are left already, and never about the name: its manager chooses that.
 */
export function isModelAllowed(principal: Principal, candidates: Candidates): boolean {
  const { permissions } = principal;
  if (candidates.isOfTeam === true) return permissions.models === null || isAllowedBy(permissions.models, candidates);
  return modelRulesOf(principal).every((models) => isAllowedBy(models, candidates));
}

function isAllowedBy(models: readonly string[], { requested, targets, isAlias }: Candidates): boolean {
  return isNamed(models, requested) || (!isAlias && targets.every((one) => isAmong(models, one)));
}

/** May the team be led there by a budget of it, or of one of its keys? What managers write must not lead beyond what the team may use. */
export function isWithinTeam({ teamModels }: NameCaller, { requested, targets, isOfTeam }: Candidates): boolean {
  if (teamModels === null || isOfTeam === true) return true;
  return isNamed(teamModels, requested) || targets.every((one) => isAmong(teamModels, one));
}

/** Does one of the patterns mean the name asked for, or a target that it may reach? */
export function isNamedBy(patterns: readonly string[], { requested, targets }: Candidates): boolean {
  return isNamed(patterns, requested) || targets.some((one) => isAmong(patterns, one));
}

function isAmong(patterns: readonly string[], { target: { provider, model } }: Candidates["targets"][number]): boolean {
  return isTargetNamed(patterns, { provider: provider.name, model });
}

function shorten(name: string): string {
  return name.length <= 100 ? name : `${name.slice(0, 100)}...`;
}
