// What a request says itself about where it is to go: `routing` in its body, or the header of the same meaning. Read at the gateway's door,
// heeded by its flow. Invariant: what is not understood is refused, never left aside.

import { GhostError, parseUsd, usdToNanos } from "@ghostllm/contract";

export const routingField = "routing";
export const routingHeader = "x-ghostllm-routing";

export const preferences = ["cost", "speed", "quality"] as const;

/** What counts most; of the strategy `auto` alone. */
export type Preference = (typeof preferences)[number];

export interface Routing {
  /** Null: all of them count. */
  readonly prefer: Preference | null;
  /** Providers on the operator's own hardware go before all others. */
  readonly prefersLocal: boolean;
  /** The most that the request may cost, in nano-USD; null: whatever it costs. */
  readonly mostNanos: number | null;
  /** Names of providers that are not asked. */
  readonly excludes: readonly string[];
  /** False: the first target, and nobody else. */
  readonly fallsBack: boolean;
}

/** Throws GhostError `invalid_request_error`, naming the field. `at`: where it was found. */
export function readRouting(value: unknown, at: string): Routing {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(at, 'an object, such as {"prefer": "cost"}');
  const fields = new Map<string, unknown>(Object.entries(value));
  const unknown = [...fields.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`${at}.${unknown.slice(0, 40)}`, `none but ${known.join(", ")}`);
  const field = <Value>(name: string, read: (given: unknown, path: string) => Value, otherwise: Value): Value =>
    fields.has(name) ? read(fields.get(name), `${at}.${name}`) : otherwise;
  return {
    prefer: field("prefer", readPreference, null),
    prefersLocal: field("prefer_local", readFlag, false),
    mostNanos: field("max_cost_usd", readUsd, null),
    excludes: field("exclude_providers", readNames, []),
    fallsBack: field("fallback", readFlag, true),
  };
}

const known = ["prefer", "prefer_local", "max_cost_usd", "exclude_providers", "fallback"];

function readPreference(given: unknown, at: string): Preference | null {
  const found = preferences.find((name) => name === given);
  if (found === undefined && given !== null) throw invalid(at, `one of ${preferences.join(", ")}`);
  return found ?? null;
}

function readFlag(given: unknown, at: string): boolean {
  if (typeof given !== "boolean") throw invalid(at, "true or false");
  return given;
}

const mostUsd = 1_000_000;

function readUsd(given: unknown, at: string): number | null {
  if (given === null) return null;
  if (typeof given === "number" && given >= 0 && given <= mostUsd) return usdToNanos(given);
  if (typeof given === "string" && /^\d{1,6}(?:\.\d{1,9})?$/.test(given)) return parseUsd(given);
  throw invalid(at, 'an amount in USD, such as 0.02 or "0.02"');
}

const mostNames = 100;

function readNames(given: unknown, at: string): readonly string[] {
  const isList = Array.isArray(given) && given.length <= mostNames;
  if (isList && given.every((name) => typeof name === "string" && name.length <= mostNames)) return given;
  throw invalid(at, `a list of at most ${mostNames} names of providers`);
}

function invalid(param: string, expected: string): GhostError {
  return new GhostError("invalid_request_error", `Invalid '${param}': expected ${expected}.`, { param });
}
