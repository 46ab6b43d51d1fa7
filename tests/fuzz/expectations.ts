// What must hold of every case. Values may be nested as deep as a parser takes them, so nothing here recurses.

import { GhostError } from "@ghostllm/contract";

/** What a decoder did that it must not do. */
export class Broken extends Error {}

/** Only errors of the catalogue may be thrown, and of those only the two that bytes can be blamed for. */
export function bear<Value>(act: () => Value): Value | null {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    if (error.code !== "invalid_request_error" && error.code !== "provider_error") throw error;
    return null;
  }
}

export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (!isSame(actual, expected)) throw new Broken(`${what}: ${show(actual)} is not ${show(expected)}`);
}

function show(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, 600) ?? "undefined";
  } catch {
    return "a deep value";
  }
}

function isSame(one: unknown, other: unknown): boolean {
  const pairs: [unknown, unknown][] = [[one, other]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [left, right] = pair;
    if (Object.is(left, right)) continue;
    if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
    if (Array.isArray(left) !== Array.isArray(right)) return false;
    const keys = Object.keys(left);
    if (keys.length !== Object.keys(right).length) return false;
    for (const key of keys) {
      if (!Object.hasOwn(right, key)) return false;
      pairs.push([Reflect.get(left, key), Reflect.get(right, key)]);
    }
  }
  return true;
}

const ownKeys = Reflect.ownKeys(Object.prototype).length;

export function expectCleanPrototype(): void {
  if (Reflect.ownKeys(Object.prototype).length !== ownKeys) throw new Broken("Object.prototype was written to");
}
