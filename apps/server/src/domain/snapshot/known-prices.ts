// The prices of a target: the row's overrides over what the list of prices knows.

import { multiplyRates } from "@ghostllm/llm";
import type { Price, PriceBook, PricedProvider, PriceSchedule, Rate, Rates } from "@ghostllm/llm";
import type { FurtherPrices, LongPromptPrices, PriceOverrides } from "#domain/price-overrides.ts";
import { freePrices } from "#domain/prices.ts";

export interface KnownModel {
  readonly prices: PriceSchedule | null;
  readonly contextLength: number | null;
}

/** `overrides` is null for a model without a row. */
export function knowModel(
  provider: PricedProvider,
  model: string,
  overrides: PriceOverrides | null,
  book: PriceBook,
): KnownModel {
  const known = book.find(provider, model);
  const listed = known?.prices ?? (provider.definition.free === true ? freePrices : null);
  return {
    prices: overrides === null ? listed : applyOverrides(overrides, listed),
    contextLength: known?.contextLength ?? null,
  };
}

function applyOverrides(overrides: PriceOverrides, listed: PriceSchedule | null): PriceSchedule | null {
  const { inputPrice, outputPrice, cachedInputPrice, furtherPrices } = overrides;
  const isUntouched = inputPrice === null && outputPrice === null && cachedInputPrice === null;
  if (isUntouched && Object.keys(furtherPrices).length === 0) return listed;
  if (listed !== null) return listed.map((entry) => ({ ...entry, price: overridePrice(entry.price, overrides) }));
  // With half a price the cost would be wrong without anybody noticing: it stays unknown.
  if (inputPrice === null || outputPrice === null) return null;
  const base: Price = { input: { base: inputPrice }, output: { base: outputPrice }, version: "override" };
  return [{ price: overridePrice(base, overrides) }];
}

type Change = { -readonly [Name in keyof Rates]?: Rates[Name] };

/** By the class whose price an operator sets: what the list has of these belongs to the old price, and goes with it. */
const following: Partial<Record<keyof Rates, readonly (keyof Rates)[]>> = {
  input: ["cachedInput", "cacheWrite", "cacheWriteHour", "audioInput", "cachedAudio", "imageInput", "cachedImage"],
  output: ["reasoning", "audioOutput", "imageOutput"],
  cacheWrite: ["cacheWriteHour"],
  audioInput: ["cachedAudio"],
  imageInput: ["cachedImage"],
};

function overridePrice(price: Price, overrides: PriceOverrides): Price {
  const told = toldRates(overrides);
  const rates = withoutFollowing(price, Object.keys(told));
  const priced = { ...rates, ...told };
  const { geographies } = price;
  return {
    ...priced,
    ...classesOf(price, priced, overrides.furtherPrices),
    ...(geographies && { geographies }),
    isOverride: true,
    version: "override",
  };
}

function withoutFollowing(price: Price, told: readonly string[]): Rates {
  const { classes: _classes, geographies: _geographies, isFree: _isFree, version: _version, ...rates } = price;
  const gone = new Set<string>(
    told.flatMap((name) => Object.entries(following).find(([one]) => one === name)?.[1] ?? []),
  );
  const kept: Change = Object.fromEntries(Object.entries(rates).filter(([name]) => !gone.has(name)));
  return { ...kept, input: rates.input, output: rates.output };
}

const tokenClasses = [
  "cacheWrite",
  "cacheWriteHour",
  "reasoning",
  "audioInput",
  "cachedAudio",
  "audioOutput",
  "imageInput",
  "cachedImage",
  "imageOutput",
] as const;

const fees = ["perRequest", "perWebSearch", "perFileSearch", "perContainer"] as const;

/** What the operator set. A price for long prompts alone needs one for the others, which then is the list's. */
function toldRates({ inputPrice, outputPrice, cachedInputPrice, furtherPrices }: PriceOverrides): Change {
  const { longPrompts = [] } = furtherPrices;
  const told: Change = {};
  const tell = (name: LongClass | (typeof tokenClasses)[number], base: number | null | undefined): void => {
    if (base === null || base === undefined) return;
    told[name] = withTiers(base, name, longPrompts);
  };
  tell("input", inputPrice);
  tell("output", outputPrice);
  tell("cachedInput", cachedInputPrice);
  for (const name of tokenClasses) tell(name, furtherPrices[name]);
  for (const name of fees) {
    const fee = furtherPrices[name];
    if (fee !== undefined) told[name] = fee;
  }
  return told;
}

type LongClass = Exclude<keyof LongPromptPrices, "above">;

function withTiers(base: number, name: string, longPrompts: readonly LongPromptPrices[]): Rate {
  const tiers = longPrompts.flatMap((prices) => {
    const rate = Object.entries(prices).find(([one]) => one === name)?.[1];
    return rate === undefined ? [] : [{ above: prices.above, rate }];
  });
  return tiers.length === 0 ? { base } : { base, tiers };
}

const million = 1_000_000;

/** Where the operator says nothing of a class it stays as many times the usual price as in the list. */
function classesOf(listed: Price, rates: Rates, { serviceClasses }: FurtherPrices): Pick<Price, "classes"> {
  const classes = new Map<string, Rates>();
  for (const [name, { input }] of Object.entries(listed.classes ?? {}))
    classes.set(name, multiplyRates(rates, { times: input.base, per: listed.input.base || 1 }));
  for (const [name, millionths] of Object.entries(serviceClasses ?? {}))
    classes.set(name, multiplyRates(rates, { times: millionths, per: million }));
  return classes.size === 0 ? {} : { classes: Object.fromEntries(classes) };
}
