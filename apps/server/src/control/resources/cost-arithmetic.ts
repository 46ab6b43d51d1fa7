// How the cost of a request came about, line by line. The record has the sum and where the price was from, not the price: the lines
// are made of the price in force now, and told only where they come to the sum of then.

import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { costLines, costOf, priceAt } from "@ghostllm/llm";
import type { CostArithmetic, CostLine, Price, PriceSchedule, Usage } from "@ghostllm/llm";
import { knowModel } from "#domain/snapshot/known-prices.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { toUsdOrNull } from "./fields.ts";

type Explained = RouteAnswer<AdminRoutes["requests"]["get"]>["price"];

export function explainCost(record: UsageRecord, snapshot: Snapshot): Explained {
  const { costNanos, unansweredCostNanos, priceVersion } = record;
  const known = arithmeticOf(record, snapshot);
  return {
    source: priceVersion,
    ...("note" in known ? { lines: null, factor: null, note: known.note } : { ...toApi(known, record), note: null }),
    unanswered_usd: toUsdOrNull(unansweredCostNanos),
    cost_usd: toUsdOrNull(costNanos),
  };
}

type Known = CostArithmetic | { readonly note: string };

function arithmeticOf(record: UsageRecord, snapshot: Snapshot): Known {
  const { costNanos, unansweredCostNanos, priceVersion } = record;
  if (costNanos === null || unansweredCostNanos === null) return { note: "The price of a part of it is unknown." };
  if (priceVersion === "vendor") return { note: "The vendor said in its answer what it charges." };
  const own = costNanos - unansweredCostNanos;
  // Nothing was used, or no vendor was asked.
  if (own === 0) return { lines: [], factor: { times: 1, per: 1 } };
  const usage = usageOf(record);
  const price = priceOf(record, snapshot);
  if (price === null || costOf(usage, price) !== own)
    return { note: "The price of then is not the one that is known now, so its lines cannot be shown." };
  return costLines(usage, price);
}

function priceOf({ providerId, model, createdAt, latencyMs }: UsageRecord, snapshot: Snapshot): Price | null {
  const provider = [...snapshot.providers.values()].find(({ id }) => id === providerId);
  if (provider === undefined) return null;
  const listed = snapshot.models.get(model)?.find((target) => target.provider === provider);
  const prices: PriceSchedule | null =
    listed === undefined ? knowModel(provider, model, null, snapshot.prices).prices : listed.prices;
  // As when it was settled.
  return prices === null ? null : priceAt(prices, createdAt + latencyMs);
}

function usageOf(record: UsageRecord): Usage {
  const { serviceClass, geography } = record;
  return {
    promptTokens: record.promptTokens,
    completionTokens: record.completionTokens,
    cachedTokens: record.cachedTokens,
    reasoningTokens: record.reasoningTokens,
    cacheWriteTokens: record.cacheWriteTokens,
    cacheWriteHourTokens: record.cacheWriteHourTokens,
    audioPromptTokens: record.audioPromptTokens,
    audioCompletionTokens: record.audioCompletionTokens,
    imagePromptTokens: record.imagePromptTokens,
    imageCompletionTokens: record.imageCompletionTokens,
    cachedAudioTokens: record.cachedAudioTokens,
    webSearches: record.webSearches,
    fileSearches: record.fileSearches,
    ...(serviceClass !== null && { serviceClass }),
    ...(geography !== null && { geography }),
  };
}

function toApi({ lines, factor }: CostArithmetic, { geography }: UsageRecord): Pick<Explained, "lines" | "factor"> {
  const isDearer = factor.times !== factor.per;
  return {
    lines: lines.map(toApiLine),
    factor: isDearer ? { ...factor, because: `computed in ${geography ?? "one place"} alone` } : null,
  };
}

function toApiLine({ kind, count, rate, per }: CostLine) {
  return { kind, count, per, price_usd: formatUsd(rate), amount_usd: productOf(count, rate, per) };
}

const nanoDecimals = 9;
const millionDecimals = 6;

/** Exact: a product of tokens and a price per million has up to fifteen decimals. */
function productOf(count: number, rate: number, per: CostLine["per"]): string {
  const decimals = nanoDecimals + (per === "million" ? millionDecimals : 0);
  const digits = (BigInt(count) * BigInt(rate)).toString().padStart(decimals + 1, "0");
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  return digits.slice(0, -decimals) + (fraction === "" ? "" : `.${fraction}`);
}
