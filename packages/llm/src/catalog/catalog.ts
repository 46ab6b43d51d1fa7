// Prices and context lengths that are known without asking anybody: the data of @pydantic/genai-prices, in our terms.
// Called when a snapshot is built, never for a request. The package fetches nothing unless it is told to.

import { calcPrice, findProvider } from "@pydantic/genai-prices";
import type { ModelInfo, ModelPrice } from "@pydantic/genai-prices";
import type { Price, PriceSchedule, Rate, ScheduledPrice } from "./price.ts";

const catalogVersion = "catalog:genai-prices@0.1.8";

export interface CatalogModel {
  readonly name: string;
  /** Null: the catalogue lists the model without a price per token. */
  readonly prices: PriceSchedule | null;
  readonly contextLength: number | null;
}

/** What the catalogue knows of a vendor's model, by any name or alias of it; null for an unknown one. */
export function findCatalogModel(catalogId: string, model: string): CatalogModel | null {
  const provider = findProvider({ providerId: catalogId });
  if (provider === undefined) return null;
  // A usage of one token each: only the match is of interest. Its timestamp does not matter, since the whole schedule is read.
  const match = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { provider, timestamp: new Date(0) });
  return match === null ? null : { ...describeModel(match.model), name: model };
}

/** Every model that the catalogue lists for a vendor. */
export function listCatalogModels(catalogId: string): readonly CatalogModel[] {
  return (findProvider({ providerId: catalogId })?.models ?? [])
    .filter((model) => !model.deprecated)
    .map(describeModel);
}

function describeModel(model: ModelInfo): CatalogModel {
  const conditional = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const schedule: ScheduledPrice[] = [];
  for (const { constraint, prices } of conditional) {
    const price = toPrice(prices);
    if (price === null) return { name: model.id, prices: null, contextLength: model.context_window ?? null };
    schedule.push({ price, ...toConditions(constraint) });
  }
  return { name: model.id, prices: schedule, contextLength: model.context_window ?? null };
}

type Constraint =
  | { readonly type: "start_date"; readonly start_date: string }
  | { readonly type: "time_of_date"; readonly start_time: string; readonly end_time: string };

function toConditions(constraint: Constraint | undefined): Omit<ScheduledPrice, "price"> {
  if (constraint === undefined) return {};
  if (constraint.type === "start_date") return { fromMs: Date.parse(constraint.start_date) };
  return { dailyMs: { start: timeOfDayMs(constraint.start_time), end: timeOfDayMs(constraint.end_time) } };
}

/** `16:30:00Z` -> ms since midnight UTC. */
function timeOfDayMs(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.replace("Z", "").split(":").map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** Null for a model that is not sold by the token (by the hour of audio, by the page ...). */
function toPrice(prices: ModelPrice): Price | null {
  const input = toRate(prices["input_mtok"]);
  const output = toRate(prices["output_mtok"]);
  if (input === undefined && output === undefined) return null;
  const cachedInput = toRate(prices["cache_read_mtok"]);
  const cacheWrite = toRate(prices["cache_write_mtok"]);
  const cacheWriteHour = toRate(prices["cache_write_1h_mtok"]);
  const reasoning = toRate(prices["output_reasoning_mtok"]);
  const audioInput = toRate(prices["input_audio_mtok"]);
  const cachedAudio = toRate(prices["cache_audio_read_mtok"]);
  const audioOutput = toRate(prices["output_audio_mtok"]);
  const imageInput = toRate(prices["input_image_mtok"]);
  const imageOutput = toRate(prices["output_image_mtok"]);
  const perThousandRequests = prices["requests_kcount"];
  return {
    // Embedding models have no output price, since they put out no tokens.
    input: input ?? { base: 0 },
    output: output ?? { base: 0 },
    ...(cachedInput && { cachedInput }),
    ...(cacheWrite && { cacheWrite }),
    ...(cacheWriteHour && { cacheWriteHour }),
    ...(reasoning && { reasoning }),
    ...(audioInput && { audioInput }),
    ...(cachedAudio && { cachedAudio }),
    ...(audioOutput && { audioOutput }),
    ...(imageInput && { imageInput }),
    ...(imageOutput && { imageOutput }),
    ...(typeof perThousandRequests === "number" && { perRequest: Math.round(perThousandRequests * 1_000_000) }),
    version: catalogVersion,
  };
}

/** USD per million tokens -> nano-USD per million tokens. */
function toRate(price: ModelPrice[string]): Rate | undefined {
  if (price === undefined) return undefined;
  if (typeof price === "number") return { base: toNanos(price) };
  return {
    base: toNanos(price.base),
    tiers: price.tiers.map((tier) => ({ above: tier.start, rate: toNanos(tier.price) })),
  };
}

function toNanos(usd: number): number {
  return Math.round(usd * 1_000_000_000);
}
