import { GhostError } from "@ghostllm/contract";
import type { ErrorCode } from "@ghostllm/contract";
import type { Extras } from "#hub.ts";
import { writeExactly } from "#wire/exact-json.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Names of what a target is not sent, each once. */
export type Notes = Set<string>;

/** What a target of this dialect gets back: the fields that were kept for it. Those of other dialects are noted. */
export function ownFields(extras: Extras | undefined, dialect: string, notes: Notes): JsonObject {
  if (extras === undefined) return {};
  if (extras.dialect === dialect) return extras.fields;
  // Null says that the field is not used.
  for (const [name, value] of Object.entries(extras.fields)) if (value !== null) notes.add(name);
  return {};
}

/** How something was written, if it was in this dialect. */
export function spellingOf(extras: Extras | undefined, dialect: string): JsonObject {
  return extras?.dialect === dialect ? (extras.spelling ?? {}) : {};
}

/** Notes something that no other dialect can take, by the type it calls itself or by its first field. */
export function noteOpaque(value: unknown, dialect: string, notes: Notes): void {
  const type = isObject(value) ? value["type"] : undefined;
  const [field = ""] = isObject(value) ? Object.keys(value) : [];
  const name = /^\w{1,60}$/.test(field) ? field : `a part of ${dialect}`;
  notes.add(typeof type === "string" ? type : name);
}

type Present<Fields> = {
  [Key in keyof Fields as undefined extends Fields[Key] ? never : Key]: Fields[Key];
} & { [Key in keyof Fields as undefined extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], undefined> };

/** The fields that have a value. */
export function present<Fields extends object>(fields: Fields): Present<Fields> {
  const told: Record<string, unknown> = {};
  for (const name in fields) if (fields[name] !== undefined) told[name] = fields[name];
  return told as Present<Fields>;
}

/** An object with each element of one of its lists replaced by what `change` makes of it; as it is where it has no such list. */
export function mapList(
  object: unknown,
  name: string,
  change: (element: unknown) => readonly unknown[],
): readonly unknown[] {
  const list = memberOf(object, name);
  return [isObject(object) && Array.isArray(list) ? { ...object, [name]: list.flatMap(change) } : object];
}

/** The parser takes any depth, the writer does not. */
export function writeJson(value: object, code: ErrorCode): string {
  try {
    return writeExactly(value);
  } catch (error) {
    throw new GhostError(code, "The JSON is nested too deeply.", { cause: error });
  }
}
