// Whether the fields of a request may have to be fitted, by a look at their names and at the few short values that decide.

import type { Needs } from "./vendor-needs.ts";
import { parseJson } from "#wire/json.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { valueOf } from "./text-signs.ts";

export interface FieldNames {
  /** Fields of the dialect by the names of OpenAI's, where they differ. */
  readonly of?: Readonly<Partial<Record<string, string>>>;
  readonly tools: string;
  readonly choice: string;
  readonly parallel: string;
}

type Check = (value: unknown) => boolean;

const tables = new WeakMap<FieldNames, WeakMap<Needs, ReadonlyMap<string, Check>>>();

export function mayNeedFields(request: ParsedRequest, needs: Needs, names: FieldNames): boolean {
  const { members, body } = request;
  if (members === null) return true;
  const checks = checksOf(needs, names);
  if (checks.size === 0) return false;
  let hasTools = false;
  let chooses = false;
  for (const { key, valueStart, valueEnd } of members) {
    if (key === names.tools) hasTools = valueEnd - valueStart > shortestList;
    else if (key === names.choice || key === names.parallel) chooses = true;
    const check = checks.get(key);
    if (check !== undefined && check(parseJson(body.toString("utf8", valueStart, valueEnd)))) return true;
  }
  return needs.choiceNeedsTools === true && !hasTools && (chooses || valueOf(request, names.tools) !== null);
}

/** `[]`, with a space or two. */
const shortestList = 6;

function checksOf(needs: Needs, names: FieldNames): ReadonlyMap<string, Check> {
  let known = tables.get(names);
  if (known === undefined) tables.set(names, (known = new WeakMap()));
  let checks = known.get(needs);
  if (checks === undefined) known.set(needs, (checks = makeChecks(needs, names)));
  return checks;
}

const isThere: Check = () => true;

function makeChecks(needs: Needs, { of = {}, choice }: FieldNames): ReadonlyMap<string, Check> {
  const { refuses = [], refusesReasoning, refusesTogether = [], calmThinking, highest = {}, stops } = needs;
  const { outputLimit, seed, forcedCalls, choiceNeedsTools } = needs;
  const checks = new Map<string, Check>();
  const add = (name: string, check: Check) => checks.set(of[name] ?? name, check);
  if (choiceNeedsTools === true) checks.set(choice, () => false);
  if (forcedCalls !== undefined) checks.set(choice, (value) => value !== "auto" && value !== "none");
  for (const [name, most] of Object.entries(highest)) add(name, (value) => typeof value === "number" && value > most);
  if (stops !== undefined) add("stop", (value) => !areTaken(value, stops));
  if (calmThinking === true) for (const name of ["temperature", "top_p", "top_k"]) add(name, isThere);
  if (outputLimit === "max_tokens") add("max_completion_tokens", isThere);
  if (outputLimit === "max_completion_tokens") add("max_tokens", isThere);
  if (seed !== undefined) add("seed", isThere);
  for (const name of [...refuses, ...(refusesReasoning?.fields ?? []), ...refusesTogether.map(([, left]) => left)])
    add(name, isThere);
  return checks;
}

function areTaken(value: unknown, { most = Number.POSITIVE_INFINITY, blank }: NonNullable<Needs["stops"]>): boolean {
  if (value === null || value === undefined) return true;
  const words: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isTaken = (word: unknown) => typeof word !== "string" || (blank === "refused" ? word.trim() : word) !== "";
  return words.length > 0 && words.length <= most && words.every(isTaken);
}
