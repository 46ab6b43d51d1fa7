// The groups of a series as layers of a chart.

import type { UsageSeries } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatShort } from "#format/number.ts";
import { colourNames, restColour } from "#parts/chart/colours.ts";
import type { Layer } from "#parts/chart/stack.ts";

export const measures = ["Spend", "Tokens", "Requests", "Errors"] as const;
export type Measure = (typeof measures)[number];

type Group = UsageSeries["sum"];
type Points = NonNullable<Group["points"]>;

const valuesOf: Readonly<Record<Measure, (points: Points) => readonly number[]>> = {
  Spend: ({ cost_usd }) => cost_usd.map(Number),
  Tokens: ({ prompt_tokens, completion_tokens }) => prompt_tokens.map((one, at) => one + (completion_tokens[at] ?? 0)),
  Requests: ({ requests }) => requests,
  Errors: ({ errors }) => errors,
};

export function formatOf(measure: Measure): (value: number) => string {
  return measure === "Spend" ? formatMoney : formatShort;
}

export function layersOf({ groups }: UsageSeries, measure: Measure): readonly Layer[] {
  const told = groups.filter(({ is_rest: isRest }) => !isRest);
  const colours = colourNames(told.map(nameOf));
  return groups.flatMap((group) => {
    if (group.points === null) return [];
    const name = nameOf(group);
    const colour = group.is_rest ? restColour() : (colours.get(name) ?? restColour());
    return {
      key: group.is_rest ? "rest" : name,
      label: labelOf(group),
      colour,
      values: valuesOf[measure](group.points),
    };
  });
}

function nameOf({ key }: Group): string {
  return key.join("/");
}

/** What a group is called in one line. */
function labelOf({ labels, is_rest: isRest }: Group): string {
  return isRest ? "other" : labels.map((label) => label || "none").join(" / ") || "all";
}
