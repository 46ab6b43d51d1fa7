// The prices of a target: the row's overrides over what the catalogue knows.

import { findCatalogModel } from "@ghostllm/llm";
import type { CatalogModel, Price, PriceSchedule, ProviderDefinition, Rate } from "@ghostllm/llm";
import type { ModelRow } from "#control/store/store.ts";
import { freePrices } from "#domain/prices.ts";

export type PriceOverrides = Pick<ModelRow, "inputPrice" | "outputPrice" | "cachedInputPrice">;

export interface KnownModel {
  readonly prices: PriceSchedule | null;
  readonly contextLength: number | null;
}

export type CatalogLookup = (catalogId: string, model: string) => CatalogModel | null;

/** A large vendor's list takes the catalogue 60 ms, so whoever looks up all models again and again remembers the answers. */
export function rememberCatalog(): CatalogLookup {
  const remembered = new Map<string, CatalogModel | null>();
  return (catalogId, model) => {
    const name = `${catalogId}/${model}`;
    let known = remembered.get(name);
    if (known === undefined) {
      known = findCatalogModel(catalogId, model);
      remembered.set(name, known);
    }
    return known;
  };
}

/** `overrides` is null for a model without a row. */
export function knowModel(
  definition: ProviderDefinition,
  model: string,
  overrides: PriceOverrides | null,
  lookUp: CatalogLookup = findCatalogModel,
): KnownModel {
  const known = definition.catalogId === undefined ? null : lookUp(definition.catalogId, model);
  const listed = known?.prices ?? (definition.free === true ? freePrices : null);
  return {
    prices: overrides === null ? listed : applyOverrides(overrides, listed),
    contextLength: known?.contextLength ?? null,
  };
}

function applyOverrides(overrides: PriceOverrides, listed: PriceSchedule | null): PriceSchedule | null {
  const { inputPrice, outputPrice, cachedInputPrice } = overrides;
  if (inputPrice === null && outputPrice === null && cachedInputPrice === null) return listed;
  if (listed !== null) return listed.map((entry) => ({ ...entry, price: overridePrice(entry.price, overrides) }));
  // With half a price the cost would be wrong without anybody noticing: it stays unknown.
  if (inputPrice === null || outputPrice === null) return null;
  const base: Price = { input: { base: inputPrice }, output: { base: outputPrice }, version: "override" };
  return [{ price: overridePrice(base, overrides) }];
}

function overridePrice(price: Price, { inputPrice, outputPrice, cachedInputPrice }: PriceOverrides): Price {
  const { reasoning, cachedInput, ...rest } = price;
  const cached =
    cachedInputPrice === null ? cachedInput && capRate(cachedInput, inputPrice) : { base: cachedInputPrice };
  return {
    ...rest,
    ...(inputPrice !== null && { input: { base: inputPrice } }),
    ...(cached !== undefined && { cachedInput: cached }),
    // The catalogue's price of reasoning belongs to its price of output.
    ...(outputPrice === null ? reasoning !== undefined && { reasoning } : { output: { base: outputPrice } }),
    version: "override",
  };
}

/** Cached input never costs more than other input: a price that an operator lowers takes the catalogue's with it. */
function capRate(rate: Rate, cap: number | null): Rate {
  if (cap === null) return rate;
  const { base, tiers } = rate;
  return {
    base: Math.min(base, cap),
    ...(tiers && { tiers: tiers.map((tier) => ({ ...tier, rate: Math.min(tier.rate, cap) })) }),
  };
}
