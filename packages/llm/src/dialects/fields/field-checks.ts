// Checks of single fields, of which each dialect makes its own tables. A fault is answered with its JSON path.

import { GhostError } from "@ghostllm/contract";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Throws when the value is not what the field takes. */
export type Check = (value: unknown, path: string) => void;

export function fault(path: string, expected: string): never {
  throw new GhostError("invalid_request_error", `Invalid '${path}': expected ${expected}.`, { param: path });
}

export function mustBe(expected: string, accepts: (value: unknown) => boolean): Check {
  return (value, path) => {
    if (!accepts(value)) fault(path, expected);
  };
}

export function optional(check: Check): Check {
  return (value, path) => {
    if (value !== undefined && value !== null) check(value, path);
  };
}

export const isInteger = (value: unknown): boolean => Number.isSafeInteger(value);
/** No name that anybody gave is longer, and names are kept: in records, in logs, as what is known of a model's health. */
export const longestName = 256;

// Half a surrogate pair can be written neither into a URL nor into a header.
export const modelName = mustBe(
  `the name of a model, of at most ${longestName} characters`,
  (value) => typeof value === "string" && value !== "" && value.length <= longestName && value.isWellFormed(),
);
export const flag = optional(mustBe("true or false", (value) => typeof value === "boolean"));
export const object = optional(mustBe("an object", isObject));
export const list = optional(mustBe("an array", Array.isArray));
export const number = optional(mustBe("a number", (value) => typeof value === "number"));
export const tokenCount = optional(
  mustBe("a whole number, 0 or more", (value) => isInteger(value) && Number(value) >= 0),
);

type Checks = Readonly<Record<string, Check>>;

/** Of a whole request: it throws at the first fault. The table is read once, and not for each request. */
export function checkerOf(checks: Checks): (body: JsonObject) => void {
  const all = Object.entries(checks);
  return (body) => {
    for (const [field, check] of all) check(body[field], field);
  };
}

/** The same, where the fields depend on the operation; one that is not named is not looked at. */
export function checkerByOperation(
  checks: Readonly<Record<string, Checks>>,
): (operation: string, body: JsonObject) => void {
  const checkers = new Map(Object.entries(checks).map(([operation, each]) => [operation, checkerOf(each)]));
  return (operation, body) => checkers.get(operation)?.(body);
}
