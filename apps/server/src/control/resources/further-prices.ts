// Prices of the further classes, between the API's form and the store's.

import { formatUsd, parseUsd } from "@ghostllm/contract";
import type { AdminRoutes, ParsedInput } from "@ghostllm/contract/routes";
import type { FurtherPrices, LongPromptPrices } from "#domain/price-overrides.ts";

type ModelFields = ParsedInput<AdminRoutes["models"]["update"]>["body"];
type ApiLongPrompt = NonNullable<NonNullable<ModelFields["long_prompt_prices"]>[number]>;

const singleFields = {
  cache_write_price_usd: "cacheWrite",
  cache_write_hour_price_usd: "cacheWriteHour",
  reasoning_price_usd: "reasoning",
  audio_input_price_usd: "audioInput",
  cached_audio_price_usd: "cachedAudio",
  audio_output_price_usd: "audioOutput",
  image_input_price_usd: "imageInput",
  cached_image_price_usd: "cachedImage",
  image_output_price_usd: "imageOutput",
  request_price_usd: "perRequest",
  web_search_price_usd: "perWebSearch",
  file_search_price_usd: "perFileSearch",
  container_price_usd: "perContainer",
} as const satisfies Partial<Record<keyof ModelFields, keyof FurtherPrices>>;

type SingleField = keyof typeof singleFields;
const singleNames = Object.keys(singleFields).filter((name): name is SingleField => Object.hasOwn(singleFields, name));

const longFields = {
  input_price_usd: "input",
  output_price_usd: "output",
  cached_input_price_usd: "cachedInput",
  cache_write_price_usd: "cacheWrite",
  cache_write_hour_price_usd: "cacheWriteHour",
} as const satisfies Partial<Record<keyof ApiLongPrompt, keyof LongPromptPrices>>;

type LongField = keyof typeof longFields;
const longNames = Object.keys(longFields).filter((name): name is LongField => Object.hasOwn(longFields, name));

const million = 1_000_000;

/** What the row has, changed by what is given: null takes a price away, and what is left out stays. */
export function changeFurtherPrices(present: FurtherPrices, given: ModelFields): FurtherPrices {
  const changed: { -readonly [Name in keyof FurtherPrices]: FurtherPrices[Name] } = { ...present };
  for (const field of singleNames) {
    const usd = given[field];
    if (usd !== undefined) changed[singleFields[field]] = usd === null ? undefined : parseUsd(usd);
  }
  const { long_prompt_prices: long, service_class_factors: factors } = given;
  if (long !== undefined)
    changed.longPrompts = long?.map(fromLongPrompt).toSorted((one, other) => one.above - other.above);
  if (factors !== undefined) changed.serviceClasses = factors === null ? undefined : fromFactors(factors);
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
}

/** Is anything of it named? */
export function namesFurtherPrices(given: ModelFields): boolean {
  return [...singleNames, "long_prompt_prices" as const, "service_class_factors" as const].some(
    (field) => given[field] !== undefined,
  );
}

export function toApiFurtherPrices(prices: FurtherPrices) {
  const usdOf = (field: SingleField): string | null => toUsd(prices[singleFields[field]]);
  return {
    cache_write_price_usd: usdOf("cache_write_price_usd"),
    cache_write_hour_price_usd: usdOf("cache_write_hour_price_usd"),
    reasoning_price_usd: usdOf("reasoning_price_usd"),
    audio_input_price_usd: usdOf("audio_input_price_usd"),
    cached_audio_price_usd: usdOf("cached_audio_price_usd"),
    audio_output_price_usd: usdOf("audio_output_price_usd"),
    image_input_price_usd: usdOf("image_input_price_usd"),
    cached_image_price_usd: usdOf("cached_image_price_usd"),
    image_output_price_usd: usdOf("image_output_price_usd"),
    request_price_usd: usdOf("request_price_usd"),
    web_search_price_usd: usdOf("web_search_price_usd"),
    file_search_price_usd: usdOf("file_search_price_usd"),
    container_price_usd: usdOf("container_price_usd"),
    long_prompt_prices: prices.longPrompts?.map(toLongPrompt) ?? null,
    service_class_factors: prices.serviceClasses ? toFactors(prices.serviceClasses) : null,
  };
}

function toUsd(nanos: number | undefined): string | null {
  return nanos === undefined ? null : formatUsd(nanos);
}

function fromLongPrompt(given: ApiLongPrompt): LongPromptPrices {
  const told = longNames.flatMap((field) => {
    const usd = given[field];
    return usd === undefined ? [] : [[longFields[field], parseUsd(usd)] as const];
  });
  return { above: given.above_tokens, ...Object.fromEntries(told) };
}

function toLongPrompt(prices: LongPromptPrices): ApiLongPrompt {
  const told = longNames.flatMap((field) => {
    const nanos = prices[longFields[field]];
    return nanos === undefined ? [] : [[field, formatUsd(nanos)] as const];
  });
  return { above_tokens: prices.above, ...Object.fromEntries(told) };
}

/** Factors are decimals as amounts are, and are kept in millionths. */
function fromFactors(factors: Readonly<Record<string, string>>): Readonly<Record<string, number>> {
  const entries = Object.entries(factors).map(
    ([name, factor]) => [name, Math.round(Number(factor) * million)] as const,
  );
  return Object.fromEntries(entries);
}

function toFactors(factors: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(factors).map(([name, millionths]) => [name, String(millionths / million)]));
}
