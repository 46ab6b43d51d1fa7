// A list of prices in the format of https://github.com/pydantic/genai-prices, checked whole before it is used: a list of which
// a part is wrong is refused, so that no price is lost or wrong without anybody noticing.

import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Which names a price is for. */
export type NameRule =
  | { readonly kind: "equals" | "starts_with" | "ends_with" | "contains"; readonly text: string }
  | { readonly kind: "regex"; readonly pattern: RegExp }
  | { readonly kind: "or" | "and"; readonly rules: readonly NameRule[] };

export type ListedRate =
  number | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] };

/** By the names of the format, such as `input_mtok`. */
export type ListedRates = Readonly<Record<string, ListedRate>>;

export type Constraint =
  | { readonly type: "start_date"; readonly start_date: string }
  | { readonly type: "time_of_date"; readonly start_time: string; readonly end_time: string };

export interface ListedPrice {
  readonly constraint?: Constraint;
  readonly prices: ListedRates;
}

export interface PriceVariant extends ListedPrice {
  /** What of a request makes these prices apply, such as `{service_tier: "flex"}`. */
  readonly when: Readonly<Record<string, string>>;
}

export interface ListedModel {
  readonly id: string;
  readonly match: NameRule;
  readonly contextWindow: number | null;
  readonly isDeprecated: boolean;
  readonly prices: readonly ListedPrice[];
  readonly variants: readonly PriceVariant[];
}

export interface PriceList {
  /** What records say of it. */
  readonly version: string;
  readonly vendors: ReadonlyMap<string, readonly ListedModel[]>;
}

/** What is wrong with a list, and where. */
export class PriceListError extends Error {
  override readonly name = "PriceListError";
}

/** The list as it is published, or with its version around it. Throws PriceListError. */
export function readPriceList(value: unknown, version: string): PriceList {
  const providers = isObject(value) ? value["providers"] : value;
  const told = isObject(value) ? value["version"] : undefined;
  if (!Array.isArray(providers) || providers.length === 0) fail("the list", "a list of providers");
  const vendors = providers.map((provider: unknown, at): [string, readonly ListedModel[]] => {
    const place = `providers[${at}]`;
    const fields = objectAt(provider, place);
    const id = textAt(fields["id"], `${place}.id`);
    return [id, listAt(fields["models"], `${place}.models`).map((model, index) => readModel(model, `${id}[${index}]`))];
  });
  return { version: typeof told === "string" && told !== "" ? told : version, vendors: new Map(vendors) };
}

function readModel(value: unknown, at: string): ListedModel {
  const fields = objectAt(value, at);
  const id = textAt(fields["id"], `${at}.id`);
  const place = `${at} (${id})`;
  const window = fields["context_window"] ?? null;
  if (window !== null && !(typeof window === "number" && window > 0))
    fail(`${place}.context_window`, "a positive number");
  return {
    id,
    match: readRule(fields["match"], `${place}.match`),
    contextWindow: window,
    isDeprecated: fields["deprecated"] === true,
    prices: readPrices(fields["prices"], `${place}.prices`),
    variants: listAt(fields["price_variants"] ?? [], `${place}.price_variants`).map((variant, index) =>
      readVariant(variant, `${place}.price_variants[${index}]`),
    ),
  };
}

function readPrices(value: unknown, at: string): readonly ListedPrice[] {
  if (!Array.isArray(value)) return [{ prices: readRates(value, at) }];
  if (value.length === 0) fail(at, "at least one price");
  return value.map((price, index) => readPrice(objectAt(price, `${at}[${index}]`), `${at}[${index}]`));
}

function readPrice({ constraint, prices }: JsonObject, at: string): ListedPrice {
  const read = { prices: readRates(prices, `${at}.prices`) };
  return constraint === undefined || constraint === null
    ? read
    : { ...read, constraint: readConstraint(objectAt(constraint, `${at}.constraint`), `${at}.constraint`) };
}

function readVariant(value: unknown, at: string): PriceVariant {
  const fields = objectAt(value, at);
  const when = Object.entries(objectAt(fields["when"], `${at}.when`));
  const told = when.map(([key, word]): [string, string] => [key, textAt(word, `${at}.when.${key}`)]);
  return { ...readPrice(fields, at), when: Object.fromEntries(told) };
}

const dateForm = /^\d{4}-\d{2}-\d{2}$/;
const timeForm = /^\d{2}:\d{2}(?::\d{2})?(?:Z|\+00:00)?$/;

function readConstraint(fields: JsonObject, at: string): Constraint {
  const type = fields["type"] ?? ("start_date" in fields ? "start_date" : "time_of_date");
  if (type === "start_date") {
    const date = textAt(fields["start_date"], `${at}.start_date`);
    if (!dateForm.test(date) || Number.isNaN(Date.parse(date))) fail(`${at}.start_date`, "a date such as 2026-08-21");
    return { type, start_date: date };
  }
  if (type !== "time_of_date") fail(`${at}.type`, "start_date or time_of_date");
  const [start, end] = ["start_time", "end_time"].map((field) => textAt(fields[field], `${at}.${field}`));
  if (start === undefined || end === undefined || !timeForm.test(start) || !timeForm.test(end))
    fail(at, "times of the day in UTC such as 16:30:00Z");
  return { type, start_time: start, end_time: end };
}

function readRates(value: unknown, at: string): ListedRates {
  const rates = Object.entries(objectAt(value, at)).filter(([, rate]) => rate !== null && rate !== undefined);
  return Object.fromEntries(rates.map(([name, rate]) => [name, readRate(rate, `${at}.${name}`)]));
}

function readRate(value: unknown, at: string): ListedRate {
  if (!isObject(value)) return amountAt(value, at);
  const tiers = listAt(value["tiers"], `${at}.tiers`).map((tier, index) => {
    const fields = objectAt(tier, `${at}.tiers[${index}]`);
    return {
      start: amountAt(fields["start"], `${at}.tiers.start`),
      price: amountAt(fields["price"], `${at}.tiers.price`),
    };
  });
  return {
    base: amountAt(value["base"], `${at}.base`),
    tiers: tiers.toSorted((one, other) => one.start - other.start),
  };
}

/** A pattern that takes long would stop the whole process: those of the published list are short. */
const longestPattern = 200;

const words = ["equals", "starts_with", "ends_with", "contains"] as const;

function readRule(value: unknown, at: string): NameRule {
  const fields = objectAt(value, at);
  for (const kind of words) {
    if (fields[kind] !== undefined) return { kind, text: textAt(fields[kind], `${at}.${kind}`).toLowerCase() };
  }
  for (const kind of ["or", "and"] as const) {
    if (fields[kind] !== undefined)
      return {
        kind,
        rules: listAt(fields[kind], `${at}.${kind}`).map((rule, index) => readRule(rule, `${at}.${kind}[${index}]`)),
      };
  }
  return { kind: "regex", pattern: patternAt(fields["regex"], `${at}.regex`) };
}

function patternAt(value: unknown, at: string): RegExp {
  const text = textAt(value, at);
  if (text.length > longestPattern) fail(at, `a pattern of at most ${longestPattern} characters`);
  try {
    return new RegExp(text, "i");
  } catch {
    return fail(at, "a regular expression");
  }
}

function objectAt(value: unknown, at: string): JsonObject {
  return isObject(value) ? value : fail(at, "an object");
}

function listAt(value: unknown, at: string): readonly unknown[] {
  return Array.isArray(value) ? value : fail(at, "a list");
}

function textAt(value: unknown, at: string): string {
  return typeof value === "string" && value !== "" ? value : fail(at, "a text");
}

/** Decimals are published as numbers, and written as text by some who pass them on. */
function amountAt(value: unknown, at: string): number {
  const amount = typeof value === "string" && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof amount === "number" && amount >= 0 && amount < 1e9 ? amount : fail(at, "a number that is not negative");
}

function fail(at: string, expected: string): never {
  throw new PriceListError(`${at} is not ${expected}`);
}
