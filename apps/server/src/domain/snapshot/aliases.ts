// The aliases of a snapshot, of their parts and of the providers that are in use: by name, or by a pattern of names.

import type { PriceBook } from "@ghostllm/llm";
import { bySaying, isPattern } from "#domain/alias-patterns.ts";
import type { Alias, AliasPattern, Snapshot, Target } from "#domain/snapshot.ts";
import type { AliasPart } from "./parts.ts";
import { heldInAlias, scopeInAlias, scopeOf, toUnlistedTarget } from "./targets.ts";

interface Known extends Pick<Snapshot, "providers" | "unusableProviders"> {
  /** Of all models that are listed. */
  readonly targets: readonly Target[];
  readonly prices: PriceBook;
}

/** `parts` in the order in which they were made. */
export function assembleAliases(
  parts: readonly AliasPart[],
  known: Known,
): Pick<Snapshot, "aliases" | "teamAliases" | "aliasPatterns"> {
  const byModel = Map.groupBy(known.targets, ({ model }) => model);
  const named = (some: readonly AliasPart[]): ReadonlyMap<string, Alias> =>
    new Map(some.map((part) => [part.name, toAlias(part, toTargets(part, known, byModel), known)]));
  const patterned = (some: readonly AliasPart[]): readonly AliasPattern[] =>
    some.map((part) => toPattern(part, known)).toSorted(bySaying);
  const patterns = parts.filter(({ name }) => isPattern(name));
  const names = parts.filter(({ name }) => !isPattern(name));
  return {
    aliases: named(names.filter(isEverybodys)),
    teamAliases: byTeam(names, named),
    aliasPatterns: { everybodys: patterned(patterns.filter(isEverybodys)), ofTeams: byTeam(patterns, patterned) },
  };
}

function isEverybodys({ teamId = null }: AliasPart): boolean {
  return teamId === null;
}

function byTeam<Made>(
  parts: readonly AliasPart[],
  make: (some: readonly AliasPart[]) => Made,
): ReadonlyMap<string, Made> {
  const ofTeams = Map.groupBy(parts, ({ teamId }) => teamId ?? "");
  ofTeams.delete("");
  return new Map([...ofTeams].map(([teamId, some]) => [teamId, make(some)]));
}

function toTargets(
  { id, targets, createdAt }: AliasPart,
  { providers, prices }: Known,
  byModel: ReadonlyMap<string, readonly Target[]>,
): Alias["targets"] {
  return targets.flatMap((part) => {
    const { provider: name, model, weight } = part;
    const provider = providers.get(name);
    if (provider === undefined) return [];
    const listed = byModel.get(model)?.find((target) => target.provider === provider);
    const target = listed ?? toUnlistedTarget({ provider, model, createdAt }, prices);
    return [{ target: heldInAlias(target, scopeInAlias(id, part)), weight }];
  });
}

function toPattern(part: AliasPart, known: Known): AliasPattern {
  const targets = part.targets.flatMap((one) => {
    const { model, weight } = one;
    const provider = known.providers.get(one.provider);
    return provider === undefined ? [] : [{ provider, model, weight, scope: scopeInAlias(part.id, one) }];
  });
  return { alias: toAlias(part, [], known), targets };
}

function toAlias(part: AliasPart, targets: Alias["targets"], { providers, unusableProviders }: Known): Alias {
  const { id, name, strategy, createdAt, targets: named, policy = null } = part;
  const absent = named.filter(({ provider }) => !providers.has(provider));
  const isLost = absent.length === named.length && named.some(({ provider }) => unusableProviders.has(provider));
  const cache = part.cache ? { ...part.cache, aliasId: id } : null;
  // By its id: who is with a target of one alias is with any of another one.
  const sticky = policy?.stickyBy === "user" ? id : null;
  const queue = policy?.queue ? { ...policy.queue, aliasId: id, alias: name } : null;
  const hedge = policy?.hedge ? { ...policy.hedge, aliasId: id, alias: name } : null;
  const shadow = policy?.shadow ? { ...policy.shadow, aliasId: id, alias: name } : null;
  const said = { policy, sticky, shadow, scope: scopeOf("alias", part), cache, queue, hedge };
  return { id, name, strategy, createdAt, targets, absent, ...said, awaitsRepair: isLost };
}
