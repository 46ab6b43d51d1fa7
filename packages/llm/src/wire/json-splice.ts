// Writes a changed JSON value in the text of the one it was made of: what is the same in both keeps its bytes, so that
// numbers, order, repeated keys and spaces stay as they were written. Changes are made as elsewhere, by new objects and
// lists around what is kept.

import { findElements, findMembers, skipSpace } from "./json-members.ts";
import { isObject, memberOf } from "./json.ts";
import type { JsonObject } from "./json.ts";

/** `before` is what `json` says. Throws what `JSON.stringify` throws, for what is nested too deeply. */
export function spliceChanges(json: Buffer, before: unknown, after: unknown): Buffer {
  if (before === after) return json;
  if (isObject(before) && isObject(after)) return spliceObject(json, before, after) ?? write(after);
  if (Array.isArray(before) && Array.isArray(after)) return spliceList(json, before, after) ?? write(after);
  return write(after);
}

/** Null where the places of its members are in doubt. */
function spliceObject(json: Buffer, before: JsonObject, after: JsonObject): Buffer | null {
  const members = findMembers(json);
  if (members === null) return null;
  const pieces: Buffer[] = [];
  let from = json.indexOf("{") + 1;
  for (const { key, valueStart, valueEnd } of members) {
    const end = skipSpace(json, valueEnd);
    const value = memberOf(after, key);
    if (value !== undefined) {
      const written = spliceChanges(json.subarray(valueStart, valueEnd), before[key], value);
      pieces.push(Buffer.concat([json.subarray(from, valueStart), written, json.subarray(valueEnd, end)]));
    }
    from = end + 1;
  }
  const added = Object.entries(after).filter(([key, value]) => value !== undefined && !Object.hasOwn(before, key));
  for (const [key, value] of added) pieces.push(Buffer.from(`${JSON.stringify(key)}:${JSON.stringify(value)}`));
  return join("{", pieces, "}");
}

function spliceList(json: Buffer, before: readonly unknown[], after: readonly unknown[]): Buffer | null {
  const elements = findElements(json, 0);
  if (elements === null || elements.length !== before.length) return null;
  const origins = originsOf(before, after);
  const pieces = after.map((value, index) => {
    const origin = origins[index];
    const span = origin === undefined ? undefined : elements[origin];
    if (origin === undefined || span === undefined) return write(value);
    return spliceChanges(json.subarray(span.start, span.end), before[origin], value);
  });
  return join("[", pieces, "]");
}

/** How many elements are looked at: what was edited stands near its place, and a list may be long. */
const reach = 16;

/** Which element each one was made of: itself, or the next that has something in common with it. */
function originsOf(before: readonly unknown[], after: readonly unknown[]): readonly (number | undefined)[] {
  const places = new Map<unknown, number[]>();
  before.forEach((value, index) => {
    const known = places.get(value);
    if (known === undefined) places.set(value, [index]);
    else known.push(index);
  });
  const kept = after.map((value) => places.get(value)?.shift());
  const taken = new Set(kept);
  let last = -1;
  return after.map((value, index) => {
    const origin = kept[index] ?? nearest(value, before, last + 1, taken);
    taken.add(origin);
    last = Math.max(last, origin ?? -1);
    return origin;
  });
}

function nearest(value: unknown, before: readonly unknown[], from: number, taken: ReadonlySet<unknown>) {
  const candidates = before.slice(from, from + reach).map((element, index) => ({ element, index: from + index }));
  return candidates.find(({ element, index }) => !taken.has(index) && isAlike(element, value))?.index;
}

/** Short words such as a role are shared by many: only what is large says where something came from. */
function isAlike(before: unknown, after: unknown): boolean {
  if (!isObject(before) || !isObject(after)) return false;
  return Object.keys(after).some((key) => before[key] === after[key] && isTelling(after[key]));
}

function isTelling(value: unknown): boolean {
  return typeof value === "object" ? value !== null : typeof value === "string" && value.length > 12;
}

function join(open: string, pieces: readonly Buffer[], close: string): Buffer {
  const parts: Buffer[] = [Buffer.from(open)];
  pieces.forEach((piece, index) => parts.push(...(index > 0 ? [comma] : []), piece));
  return Buffer.concat([...parts, Buffer.from(close)]);
}

const comma = Buffer.from(",");

function write(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
