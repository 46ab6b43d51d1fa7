// PATCH (RFC 7644, 3.5.2) over a resource as it is told, in the ways in which directories write it: Entra ID begins operations with
// capital letters, writes truth values as texts, names parts by keys with dots, and takes members away by a value beside the path.

import { z } from "zod";
import { isObject, nameIn, stepsOf, type Json } from "./attributes.ts";
import { matches } from "./evaluate.ts";
import { parseFilter, type Filter } from "./filter.ts";
import { ScimError } from "./scim-error.ts";

const operation = z.object({
  op: z
    .string()
    .transform((word) => word.toLowerCase())
    .pipe(z.enum(["add", "replace", "remove"])),
  path: z.string().max(2_000).optional(),
  value: z.unknown().optional(),
});

const request = z.object({ Operations: z.array(operation).min(1).max(1_000) });

type Operation = z.output<typeof operation>;

interface Path {
  readonly steps: readonly string[];
  /** Which of several values are meant; null: all. */
  readonly filter: Filter | null;
  /** The part of each that is meant. */
  readonly part: string | null;
}

export function applyPatch(resource: Json, body: unknown): Json {
  const parsed = request.safeParse(body);
  if (!parsed.success)
    throw new ScimError(
      400,
      "A PATCH has `Operations`, each with `op` (add, replace, remove) and `value`",
      "invalidSyntax",
    );
  return parsed.data.Operations.reduce(applyOne, resource);
}

function applyOne(resource: Json, { op, path, value }: Operation): Json {
  if (path !== undefined && path !== "") return change(resource, readPath(path), op, value);
  if (op === "remove") throw new ScimError(400, "What is removed must be named by `path`", "noTarget");
  if (!isObject(value)) throw new ScimError(400, "Without `path` the value must be an object", "invalidValue");
  return Object.entries(value).reduce((before, [name, one]) => {
    // An extension as a whole: its own attributes are meant.
    if (name.toLowerCase().startsWith("urn:") && isObject(one)) return change(before, plain([name]), op, one);
    return change(before, plain(stepsOf(name)), op, one);
  }, resource);
}

function plain(steps: readonly string[]): Path {
  return { steps, filter: null, part: null };
}

function readPath(text: string): Path {
  const [, attribute, filter, part] = /^([^[]+)\[(.*)\](?:\.([\w$-]+))?$/s.exec(text) ?? [];
  if (attribute === undefined || filter === undefined) {
    if (!/^[\w$.:-]+$/.test(text)) throw new ScimError(400, `\`${text}\` is no path`, "invalidPath");
    return plain(stepsOf(text));
  }
  return { steps: stepsOf(attribute), filter: parseFilter(filter), part: part ?? null };
}

function change(resource: Json, path: Path, op: Operation["op"], value: unknown): Json {
  const [step = "", ...rest] = path.steps;
  const name = nameIn(resource, step);
  const present = resource[name];
  if (rest.length > 0) {
    const inner = isObject(present) ? present : {};
    if (Array.isArray(present)) throw new ScimError(400, `\`${name}\` has several values: say which`, "invalidPath");
    return { ...resource, [name]: change(inner, { ...path, steps: rest }, op, value) };
  }
  const next = path.filter === null ? changeValue(present, op, value) : changeSome(present, path, op, value);
  if (next !== undefined) return { ...resource, [name]: next };
  const { [name]: _, ...others } = resource;
  return others;
}

/** Of the attribute as a whole; undefined: it is gone. */
function changeValue(present: unknown, op: Operation["op"], value: unknown): unknown {
  if (op === "remove") return value === undefined || value === null ? undefined : without(present, value);
  if (op === "add" && Array.isArray(present)) return withMore(present, Array.isArray(value) ? value : [value]);
  return isObject(present) && isObject(value) ? merged(present, value) : value;
}

function merged(present: Json, value: Json): Json {
  return Object.entries(value).reduce((before, [name, one]) => ({ ...before, [nameIn(before, name)]: one }), present);
}

function withMore(present: readonly unknown[], added: readonly unknown[]): readonly unknown[] {
  const known = new Set(present.map(keyOf));
  const fresh = added.filter((one) => !known.has(keyOf(one)));
  // One of several is the first choice: the newest.
  const isPrimary = fresh.some((one) => isObject(one) && one["primary"] === true);
  const before = isPrimary ? present.map((one) => (isObject(one) ? { ...one, primary: false } : one)) : present;
  return [...before, ...fresh];
}

/** As Entra ID takes members away: what is to go stands beside the path. */
function without(present: unknown, value: unknown): unknown {
  if (!Array.isArray(present)) return undefined;
  const gone = new Set((Array.isArray(value) ? value : [value]).map(keyOf));
  return present.filter((one: unknown) => !gone.has(keyOf(one)));
}

function keyOf(value: unknown): string {
  return isObject(value) && value["value"] !== undefined ? String(value["value"]) : JSON.stringify(value);
}

/** Of the values of an attribute those that the filter means. */
function changeSome(present: unknown, { filter, part }: Path, op: Operation["op"], value: unknown): unknown {
  const values: readonly unknown[] = Array.isArray(present) ? present : [];
  const isMeant = (one: unknown): boolean => filter !== null && matches(one, filter);
  if (op === "remove" && part === null) return values.filter((one) => !isMeant(one));
  const changed = values.map((one) => (isMeant(one) && isObject(one) ? changePart(one, part, op, value) : one));
  if (values.some(isMeant)) return changed;
  if (op === "remove") return values;
  // What is not there yet is made as the filter describes it.
  return [...values, changePart(described(filter), part, op, value)];
}

function changePart(one: Json, part: string | null, op: Operation["op"], value: unknown): Json {
  if (part === null) return isObject(value) ? merged(one, value) : { ...one, value };
  if (op !== "remove") return { ...one, [nameIn(one, part)]: value };
  const { [nameIn(one, part)]: _, ...others } = one;
  return others;
}

function described(filter: Filter | null): Json {
  if (filter?.kind === "compare" && filter.by === "eq") return { [filter.path]: filter.value };
  if (filter?.kind === "and") return { ...described(filter.left), ...described(filter.right) };
  throw new ScimError(400, "There is nothing that the path means", "noTarget");
}
