import type { Quirks } from "#providers/definition.ts";
import type { Needs } from "./vendor-needs.ts";

const known = new WeakMap<Quirks, Map<string, Needs>>();

/** Names come from clients: so many are remembered of each vendor's. */
const remembered = 1_000;

/** What a vendor needs of a request for a model of its. The same object for the same two. */
export function needsOf(quirks: Quirks, model: string): Needs {
  if (quirks.models === undefined) return quirks;
  let ofVendor = known.get(quirks);
  if (ofVendor === undefined) known.set(quirks, (ofVendor = new Map()));
  let needs = ofVendor.get(model);
  if (needs === undefined) {
    needs = quirks.models.reduce<Needs>((all, [name, own]) => (name.test(model) ? join(all, own) : all), quirks);
    if (ofVendor.size < remembered) ofVendor.set(model, needs);
  }
  return needs;
}

function join(all: Needs, own: Needs): Needs {
  const refuses = [...(all.refuses ?? []), ...(own.refuses ?? [])];
  return { ...all, ...own, ...(refuses.length > 0 && { refuses }), turns: { ...all.turns, ...own.turns } };
}

/** Of a request of another dialect: who samples there without a word of an effort does not know of the one to leave out. */
export function needsOfCrossing(quirks: Quirks, model: string): Needs {
  const needs = needsOf(quirks, model);
  const { refusesReasoning, turns } = needs;
  return {
    ...needs,
    refusesUsual: true,
    ...(refusesReasoning && { refusesReasoning: { ...refusesReasoning, untold: "reasons" } }),
    ...(turns?.first && { turns: { ...turns, first: "user" } }),
  };
}
