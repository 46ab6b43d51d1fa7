// Changes of plain JSON values, by new objects around what is kept. Where there is nothing to change the same value comes
// back, so that whoever asks can see it.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

export type Path = readonly string[];

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(memberOf, value);
}

/** Undefined leaves the field out. */
export function withField(object: JsonObject, key: string, value: unknown): JsonObject {
  if (memberOf(object, key) === value && (value !== undefined || !Object.hasOwn(object, key))) return object;
  if (value !== undefined) return { ...object, [key]: value };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** Undefined leaves the field out, and an object around it that holds nothing else. */
export function withValueAt(object: JsonObject, [key = "", ...inner]: Path, value: unknown): JsonObject {
  if (inner.length === 0) return withField(object, key, value);
  const before = memberOf(object, key);
  const held = withValueAt(isObject(before) ? before : {}, inner, value);
  if (held === before) return object;
  return withField(object, key, Object.keys(held).length === 0 ? undefined : held);
}

/** The same list where no element became another. */
export function changeEach(
  list: readonly unknown[],
  change: (element: unknown, index: number) => unknown,
): readonly unknown[] {
  const changed = list.map(change);
  return changed.every((element, index) => element === list[index]) ? list : changed;
}

/** The object with one of its lists changed; as it is where it has no such list, or the same one. */
export function changeList(
  object: JsonObject,
  key: string,
  change: (list: readonly unknown[]) => readonly unknown[],
): JsonObject {
  const list = memberOf(object, key);
  return Array.isArray(list) ? withField(object, key, change(list)) : object;
}

/** The same list where all are kept. */
export function keepOf<Element>(list: readonly Element[], isKept: (element: Element) => boolean): readonly Element[] {
  const kept = list.filter(isKept);
  return kept.length === list.length ? list : kept;
}
