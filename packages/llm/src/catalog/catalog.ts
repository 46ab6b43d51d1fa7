// Prices and context lengths that are known without asking anybody: a list of prices, read by the rules of the provider files.
// Called when a snapshot is built, and for models without a row; what was found is remembered.

import bundled from "#data/genai-prices.json" with { type: "json" };
import { findModel } from "./names.ts";
import type { PriceSchedule } from "./price.ts";
import { readPriceList } from "./price-list.ts";
import type { ListedModel, PriceList } from "./price-list.ts";
import type { Place, PricedName, Pricing } from "./pricing.ts";
import { scheduleOf } from "./rates.ts";

export interface CatalogModel {
  readonly name: string;
  /** Null: the catalogue lists the model without a price per token. */
  readonly prices: PriceSchedule | null;
  readonly contextLength: number | null;
}

/** A provider as it is configured. */
export interface PricedProvider extends Place {
  readonly definition: PricedVendor;
}

/** What of a provider file prices follow from. */
export interface PricedVendor {
  readonly type: string;
  readonly catalogId?: string | undefined;
  readonly pricing?: Pricing | undefined;
  readonly free?: true | undefined;
}

/** Names that clients make up must not fill the memory. */
const maxRemembered = 20_000;

/** A list of prices, and what was looked up in it. */
export class PriceBook {
  readonly version: string;
  readonly list: PriceList;
  /** For vendors that the list does not have. */
  readonly #below: PriceList | undefined;
  readonly #remembered = new Map<string, CatalogModel | null>();

  constructor(list: PriceList, below?: PriceList) {
    this.list = list;
    this.#below = below;
    this.version = list.version;
  }

  /** What is known of a provider's model by its name there; null for an unknown one. */
  find(provider: PricedProvider, model: string): CatalogModel | null {
    const { definition, baseUrl, settings } = provider;
    if (definition.catalogId === undefined) return null;
    const key = [definition.type, baseUrl, ...Object.values(settings), model].join("\n");
    let known = this.#remembered.get(key);
    if (known === undefined) {
      known = this.#look(provider, definition.catalogId, model);
      if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
      this.#remembered.set(key, known);
    }
    return known;
  }

  /** Every model that the list has for a vendor. */
  idsOf(catalogId: string): readonly string[] {
    return this.#partOf(catalogId)
      .filter(({ isDeprecated }) => !isDeprecated)
      .map(({ id }) => id);
  }

  get modelCount(): number {
    return [...this.list.vendors.values()].reduce((sum, models) => sum + models.length, 0);
  }

  #look({ definition, baseUrl, settings }: PricedProvider, catalogId: string, model: string): CatalogModel | null {
    const { pricing = {} } = definition;
    const named = pricing.nameOf === undefined ? { model } : pricing.nameOf(model, { baseUrl, settings });
    if (named === null) return null;
    const version = `catalog:${(this.list.vendors.has(named.catalogId ?? catalogId) ? this.list : (this.#below ?? this.list)).version}`;
    if (named.isFree) return { name: model, prices: freePrices(version), contextLength: null };
    const found = this.#findListed(definition, catalogId, named);
    if (found === null) return null;
    const prices = scheduleOf(found, { pricing, version, ...(named.factor && { factor: named.factor }) });
    return { name: model, prices, contextLength: found.contextWindow };
  }

  #partOf(id: string): readonly ListedModel[] {
    return this.list.vendors.get(id) ?? this.#below?.vendors.get(id) ?? [];
  }

  #findListed({ pricing = {} }: PricedVendor, own: string, { model, catalogId }: PricedName): ListedModel | null {
    const { alsoIn = [], notIn } = pricing;
    if (catalogId !== undefined) return findModel(this.#partOf(catalogId), model);
    if (notIn?.test(model)) return findModel(this.#partOf(own), model);
    for (const id of [own, ...alsoIn]) {
      const found = findModel(this.#partOf(id), model);
      if (found !== null) return found;
    }
    return null;
  }
}

function freePrices(version: string): PriceSchedule {
  return [{ price: { input: { base: 0 }, output: { base: 0 }, isFree: true, version } }];
}

let builtIn: PriceBook | undefined;

/** The list that comes with GhostLLM. */
export function builtInPrices(): PriceBook {
  builtIn ??= new PriceBook(readPriceList(bundled, "bundled"));
  return builtIn;
}
