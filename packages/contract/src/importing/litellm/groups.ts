// Model groups of LiteLLM, all deployments of one `model_name`, as aliases here.
// https://docs.litellm.ai/docs/routing

import type { DesiredAlias, DesiredModel, DesiredTarget, TargetLimits } from "#importing/desired.ts";
import { numberOf } from "#importing/fields.ts";
import { scale } from "#importing/weights.ts";
import type { Findings } from "#importing/findings.ts";
import type { RouterTerms } from "./router.ts";
import type { Target } from "./targets.ts";

const longestName = 128;

export function toAliases(targets: readonly Target[], terms: RouterTerms, findings: Findings): readonly DesiredAlias[] {
  const groups = Map.groupBy(targets, ({ group }) => group);
  const aliases = [...groups].flatMap(([name, own]) => toAlias(name, own, terms, findings) ?? []);
  const names = new Map(aliases.map((alias) => [alias.name, alias]));
  for (const [name, of] of terms.groupAliases) {
    const known = names.get(of);
    const item = `router_settings.model_group_alias.${name}`;
    if (known === undefined) findings.unsupported(item, `there is no model group ${of}`);
    else if (names.has(name)) findings.unsupported(item, "there is a model group of that name");
    else {
      names.set(name, { ...known, name });
      findings.exact(item, `an alias with the targets of ${of}`);
    }
  }
  const known = new KnownFallbacks(new Set(names.keys()), findings);
  return [...names.values()].map((alias) => known.of(alias));
}

/** What leads to nobody is left out, and what leads back: here nobody is led in a circle. */
class KnownFallbacks {
  readonly #names: ReadonlySet<string>;
  readonly #findings: Findings;
  readonly #leads = new Map<string, Set<string>>();

  constructor(names: ReadonlySet<string>, findings: Findings) {
    this.#names = names;
    this.#findings = findings;
  }

  of(alias: DesiredAlias): DesiredAlias {
    const { fallbacks } = alias.terms;
    if (fallbacks === undefined) return alias;
    const lists = Object.entries(fallbacks).map(
      ([reason, list]) => [reason, (list ?? []).filter((name) => this.#keeps(alias.name, name, reason))] as const,
    );
    return { ...alias, terms: { ...alias.terms, fallbacks: Object.fromEntries(lists) } };
  }

  #keeps(from: string, to: string, reason: string): boolean {
    const why = this.#names.has(to) ? null : "no such model group is moved";
    const leadsBack = why === null && this.#reaches(to, from, new Set());
    if (why !== null || leadsBack) {
      const circle = "it leads back to where it comes from: nobody is led in a circle here";
      this.#findings.unsupported(`fallback of ${from} to ${to} (${reason})`, why ?? circle);
      return false;
    }
    const known = this.#leads.get(from) ?? new Set();
    this.#leads.set(from, known.add(to));
    return true;
  }

  #reaches(from: string, to: string, seen: Set<string>): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(this.#leads.get(from) ?? [])].some((next) => this.#reaches(next, to, seen));
  }
}

function toAlias(name: string, own: readonly Target[], terms: RouterTerms, findings: Findings): DesiredAlias | null {
  const item = `model group ${name}`;
  const stars = (text: string): number => text.split("*").length - 1;
  if (/[\s\p{Cc}]/u.test(name) || name.length > longestName) {
    findings.unsupported(item, "names here have 1 to 128 characters without spaces");
    return null;
  }
  if (stars(name) > 1 || own.some(({ model }) => stars(model) > stars(name))) {
    findings.unsupported(item, "one star is the most in a name, and a target has none where the name has none");
    return null;
  }
  const notes = [...terms.notes];
  const targets = targetsOf(own, notes);
  const { strategy, ...policy } = terms.of(name, own, notes);
  const isOrdered = own.some(({ params }) => numberOf(params["order"]) !== null);
  if (isOrdered && own.length > 1) notes.push("deployments with an order are asked in that order, one after the other");
  findings.graded(item, own.length > 1 || notes.length > 0 ? notes : [], `${own.length} targets, ${strategy}`);
  return { name, targets, terms: { ...policy, strategy: isOrdered ? "ordered" : strategy } };
}

/** By `weight`, or else, as LiteLLM's simple-shuffle has it, by `rpm` or `tpm`, where all of them say one. */
function targetsOf(own: readonly Target[], notes: string[]): readonly DesiredTarget[] {
  const field = ["weight", "rpm", "tpm"].find((name) => own.every(({ params }) => numberOf(params[name]) !== null));
  const weights = own.map(({ params }) => (field === undefined ? 1 : (numberOf(params[field]) ?? 0)));
  const scaled = scale(weights);
  if (weights.includes(0)) notes.push("a weight of 0 is 1 in 1000 here");
  const ordered = own
    .map((target, place) => ({ target, weight: scaled[place] ?? 1 }))
    .toSorted((a, b) => (numberOf(a.target.params["order"]) ?? 0) - (numberOf(b.target.params["order"]) ?? 0));
  const byPlace = Map.groupBy(ordered, ({ target }) => `${target.provider} ${target.model}`);
  return [...byPlace.values()].flatMap(([first, ...same]) => {
    if (first === undefined) return [];
    const weight = same.reduce((sum, one) => sum + one.weight, first.weight);
    const { provider, model } = first.target;
    const limits = [first, ...same].map(({ target }) => limitsOf(target)).reduce(together);
    return [{ provider, model, weight: Math.min(1000, weight), limits }];
  });
}

const limitNames = {
  rpm: "requests_per_minute",
  tpm: "tokens_per_minute",
  max_parallel_requests: "concurrent_requests",
} as const;

/** Of a deployment: what the group sends there is held to. */
function limitsOf({ params }: Target): TargetLimits | null {
  const said = Object.entries(limitNames).map(([param, name]) => {
    const value = numberOf(params[param]);
    return [name, value === null ? null : Math.max(1, Math.trunc(value))] as const;
  });
  if (said.every(([, value]) => value === null)) return null;
  return Object.fromEntries(said) as unknown as TargetLimits;
}

/** Two deployments that are one target here have room for as much as both. */
function together(one: TargetLimits | null, other: TargetLimits | null): TargetLimits | null {
  if (one === null || other === null) return null;
  const sum = (name: keyof TargetLimits): number | null =>
    one[name] === null || other[name] === null ? null : one[name] + other[name];
  return {
    requests_per_minute: sum("requests_per_minute"),
    tokens_per_minute: sum("tokens_per_minute"),
    concurrent_requests: sum("concurrent_requests"),
  };
}

/** Prices and what else is said of models, once for each. */
export function toModels(targets: readonly Target[]): readonly DesiredModel[] {
  const byPlace = Map.groupBy(targets, ({ provider, model }) => `${provider} ${model}`);
  return [...byPlace.values()].flatMap((same): readonly DesiredModel[] => {
    const [first] = same;
    if (first === undefined || first.model.includes("*")) return [];
    const facts = same.reduce((all, one) => ({ ...all, ...one.facts }), {});
    return [{ provider: first.provider, name: first.model, facts }];
  });
}
