// Does a resource match a filter? Texts are compared without regard to case, but for ids (RFC 7643, 7: `caseExact`).

import { isObject, stepsOf, valuesAt } from "./attributes.ts";
import type { Filter, Literal } from "./filter.ts";

type Compare = Extract<Filter, { readonly kind: "compare" }>;

const caseExact = new Set(["id", "externalid"]);

export function matches(resource: unknown, filter: Filter): boolean {
  switch (filter.kind) {
    case "and":
      return matches(resource, filter.left) && matches(resource, filter.right);
    case "or":
      return matches(resource, filter.left) || matches(resource, filter.right);
    case "not":
      return !matches(resource, filter.of);
    case "present":
      return valuesAt(resource, stepsOf(filter.path)).some((value) => value !== "");
    case "some":
      return valuesAt(resource, stepsOf(filter.path)).some((value) => matches(value, filter.of));
    case "compare":
      return matchesValue(resource, filter);
  }
}

function matchesValue(resource: unknown, { path, by, value: wanted }: Compare): boolean {
  const steps = stepsOf(path);
  const found = valuesAt(resource, steps).flatMap(simpleOf);
  const isExact = caseExact.has(steps.at(-1)?.toLowerCase() ?? "");
  if (wanted === null) return by === "eq" ? found.length === 0 : found.length > 0;
  if (by === "ne") return !found.some((value) => compare(value, "eq", wanted, isExact));
  return found.some((value) => compare(value, by, wanted, isExact));
}

/** An attribute of several parts is known by its `value`. */
function simpleOf(value: unknown): readonly unknown[] {
  return isObject(value) ? [value["value"]] : [value];
}

const texts: Readonly<Record<Exclude<Compare["by"], "ne">, (found: string, wanted: string) => boolean>> = {
  eq: (found, wanted) => found === wanted,
  co: (found, wanted) => found.includes(wanted),
  sw: (found, wanted) => found.startsWith(wanted),
  ew: (found, wanted) => found.endsWith(wanted),
  gt: (found, wanted) => found > wanted,
  ge: (found, wanted) => found >= wanted,
  lt: (found, wanted) => found < wanted,
  le: (found, wanted) => found <= wanted,
};

function compare(found: unknown, by: keyof typeof texts, wanted: Literal, isExact: boolean): boolean {
  // Entra ID writes truth values as texts now and then.
  if (typeof found === "boolean") return by === "eq" && String(found) === String(wanted).toLowerCase();
  if (typeof found === "number" && typeof wanted === "number") return compareNumbers(found, by, wanted);
  if (typeof found !== "string" || typeof wanted !== "string") return false;
  return isExact ? texts[by](found, wanted) : texts[by](found.toLowerCase(), wanted.toLowerCase());
}

function compareNumbers(found: number, by: keyof typeof texts, wanted: number): boolean {
  if (by === "eq") return found === wanted;
  if (by === "gt") return found > wanted;
  if (by === "ge") return found >= wanted;
  if (by === "lt") return found < wanted;
  return by === "le" && found <= wanted;
}
