// Reading JSON from outside: a parse that does not throw, and typed access to values of unknown shape.

/** The value, or undefined where the text is no JSON. (JSON itself has no undefined.) */
export function parseJson(text: string): unknown {
  // A stream may hold a million events without data, and each error would cost more than all else of its event.
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined for what is nested too deeply to be written: the parser takes any depth, the writer does not. */
export function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** What stands where a word should. Objects are none: they may be such that nothing can make a text of them. */
export function wordOf(value: unknown): string {
  return typeof value === "object" && value !== null ? "" : String(value);
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member of an object, undefined where the value is none or lacks it as its own. */
export function memberOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Something stands where a count should, and is none: then nobody knows what the other counts are worth. */
export function isNoCount(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === "number" && value >= 0);
}

/** A count that a vendor told, rounded to a whole number; what is negative is 0, and what is beyond all measure the most. */
export function countOf(value: unknown): number {
  if (typeof value !== "number" || !(value > 0)) return 0;
  return Math.min(Math.round(value), Number.MAX_SAFE_INTEGER);
}
