// The prices of a target: the row's overrides over what the catalogue knows.

import { findCatalogModel } from "@ghostllm/llm";
import type { CatalogModel, Price, PriceSchedule, ProviderDefinition } from "@ghostllm/llm";
import type { ModelRow } from "#control/store/store.ts";
import { freePrices } from "#domain/prices.ts";

export type PriceOverrides = Pick<ModelRow, "inputPrice" | "outputPrice" | "cachedInputPrice">;

export interface KnownModel {
  readonly prices: PriceSchedule | null;
  readonly contextLength: number | null;
}

/** Without I/O. `overrides` is null for a model without a row. */
export function knowModel(definition: ProviderDefinition, model: string, overrides: PriceOverrides | null): KnownModel {
  const known = lookUp(definition, model);
  const listed = known?.prices ?? (definition.free === true ? freePrices : null);
  return {
    prices: overrides === null ? listed : applyOverrides(overrides, listed),
    contextLength: known?.contextLength ?? null,
  };
}

function lookUp({ catalogId }: ProviderDefinition, model: string): CatalogModel | null {
  return catalogId === undefined ? null : findCatalogModel(catalogId, model);
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
  const { reasoning, ...rest } = price;
  return {
    ...rest,
    ...(inputPrice !== null && { input: { base: inputPrice } }),
    ...(cachedInputPrice !== null && { cachedInput: { base: cachedInputPrice } }),
    // The catalogue's price of reasoning belongs to its price of output.
    ...(outputPrice === null ? reasoning !== undefined && { reasoning } : { output: { base: outputPrice } }),
    version: "override",
  };
}
