// Model groups of LiteLLM, all deployments of one `model_name`, as aliases here.
// https://docs.litellm.ai/docs/routing

import type { DesiredAlias, DesiredModel, DesiredTarget } from "#import/desired.ts";
import { numberOf } from "#import/fields.ts";
import type { Findings } from "#import/findings.ts";
import type { RouterTerms } from "./router.ts";
import type { Target } from "./targets.ts";

const longestName = 128;

export function toAliases(
  targets: readonly Target[],
  terms: RouterTerms,
  findings: Findings,
): readonly DesiredAlias[] {
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
  return [...names.values()];
}

function toAlias(
  name: string,
  own: readonly Target[],
  terms: RouterTerms,
  findings: Findings,
): DesiredAlias | null {
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
    return [{ provider: first.target.provider, model: first.target.model, weight: Math.min(1000, weight) }];
  });
}

/** Whole numbers from 1 to 1000, in the same proportion as near as that can be. */
export function scale(weights: readonly number[]): readonly number[] {
  const largest = Math.max(...weights, 0);
  if (largest <= 0) return weights.map(() => 1);
  const isWhole = weights.every((one) => Number.isInteger(one) && one >= 1) && largest <= 1000;
  if (isWhole) return weights;
  const smallest = Math.min(...weights.filter((one) => one > 0));
  const factor = Math.min(1000 / largest, Math.max(1 / smallest, 100 / largest));
  return weights.map((one) => Math.min(1000, Math.max(1, Math.round(one * factor))));
}

/** Limits, prices and what else is said of models, once for each. */
export function toModels(targets: readonly Target[], findings: Findings): readonly DesiredModel[] {
  const byPlace = Map.groupBy(targets, ({ provider, model }) => `${provider} ${model}`);
  return [...byPlace.values()].flatMap((same): readonly DesiredModel[] => {
    const [first] = same;
    if (first === undefined || first.model.includes("*")) return [];
    const limits = limitsOf(same, findings);
    const facts = same.reduce((all, one) => ({ ...all, ...one.facts }), {});
    return [{ provider: first.provider, name: first.model, facts: { ...facts, ...(limits !== null && { limits }) } }];
  });
}

const limitNames = {
  rpm: "requests_per_minute",
  tpm: "tokens_per_minute",
  max_parallel_requests: "concurrent_requests",
} as const;

function limitsOf(same: readonly Target[], findings: Findings): DesiredModel["facts"]["limits"] | null {
  const limits = { requests_per_minute: null, tokens_per_minute: null, concurrent_requests: null };
  const said = Object.entries(limitNames).flatMap(([param, name]) => {
    const values = same.flatMap(({ params }) => numberOf(params[param]) ?? []);
    if (values.length === 0) return [];
    if (new Set(values).size > 1)
      findings.approximate(
        `${param} of ${same[0]?.model}`,
        "deployments of one provider and model have several; together they have the largest here",
      );
    return [[name, Math.max(1, Math.trunc(Math.max(...values)))] as const];
  });
  return said.length === 0 ? null : { ...limits, ...Object.fromEntries(said) };
}
