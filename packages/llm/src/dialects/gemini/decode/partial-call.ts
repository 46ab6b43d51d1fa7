// A call whose arguments come in pieces, each with its place as a path such as `$.items[0].name`.
// https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc

import { stringifyExactly } from "#wire/exact-json.ts";
import { isObject, memberOf } from "#wire/json.ts";

type Holder = Record<string, unknown> | unknown[];

/** Longer paths, and gaps in lists, are no arguments of any tool: they would only cost memory. */
const deepest = 64;

export class PartialArguments {
  readonly #values: Holder = {};

  /** Adds the pieces of one event. What has no place is left out. */
  add(pieces: unknown): void {
    for (const piece of Array.isArray(pieces) ? pieces : []) {
      const path = pathOf(memberOf(piece, "jsonPath"));
      if (path !== null) place(this.#values, path, piece);
    }
  }

  text(): string {
    return stringifyExactly(this.#values) ?? "{}";
  }
}

/** `$.a[0]['b']` as its steps. Null for any other form. */
function pathOf(text: unknown): readonly (string | number)[] | null {
  if (typeof text !== "string" || !text.startsWith("$")) return null;
  const steps: (string | number)[] = [];
  const step = /\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/gy;
  step.lastIndex = 1;
  for (let at = 1; at < text.length; at = step.lastIndex) {
    const found = step.exec(text);
    if (found === null || steps.length === deepest) return null;
    const [, name, index, single, double] = found;
    steps.push(index === undefined ? (name ?? (single ?? double ?? "").replaceAll(/\\(.)/gs, "$1")) : Number(index));
  }
  return steps.length === 0 ? null : steps;
}

function place(root: Holder, path: readonly (string | number)[], piece: unknown): void {
  let holder = root;
  for (const [at, step] of path.entries()) {
    if (!canHold(holder, step)) return;
    const next = path[at + 1];
    const before = read(holder, step);
    if (next === undefined) return write(holder, step, join(before, piece));
    const inner: Holder = isHolder(before) ? before : typeof next === "number" ? [] : {};
    if (inner !== before) write(holder, step, inner);
    holder = inner;
  }
}

function isHolder(value: unknown): value is Holder {
  return isObject(value) || Array.isArray(value);
}

/** Lists grow by one at a time. */
function canHold(holder: Holder, step: string | number): boolean {
  return Array.isArray(holder) ? typeof step === "number" && step <= holder.length : typeof step === "string";
}

function read(holder: Holder, step: string | number): unknown {
  return Object.hasOwn(holder, step) ? Reflect.get(holder, step) : undefined;
}

/** Not by assignment, to which the key `__proto__` would be more than a key. */
function write(holder: Holder, step: string | number, value: unknown): void {
  Object.defineProperty(holder, step, { value, writable: true, enumerable: true, configurable: true });
}

/** Only texts come in several pieces. */
function join(before: unknown, piece: unknown): unknown {
  const text = memberOf(piece, "stringValue");
  if (typeof text === "string") return typeof before === "string" ? before + text : text;
  return memberOf(piece, "numberValue") ?? memberOf(piece, "boolValue") ?? null;
}
