// The most that a request may cost: every token in the dearest class that the request can cause. Only for budgets.

import type { Factor, Price, Rate, Rates } from "./price.ts";

/** What a vendor charges beside plain tokens, as far as a request can cause it. */
export interface ChargedUses {
  readonly geography?: string;
  /** Prompts are to be kept for an hour. */
  readonly keepsForHour: boolean;
  readonly hearsSound: boolean;
  readonly makesSound: boolean;
  readonly webSearches: number;
  readonly fileSearches: number;
  readonly containers: number;
}

/** What a request can make a vendor use, at the worst, with the tokens it comes to. */
export interface WorstUse extends ChargedUses {
  readonly promptTokens: number;
  /** By which the rate is chosen, where the prompt may be larger than is thought; Infinity is the dearest. */
  readonly rateTokens?: number;
  readonly completionTokens: number;
  /** The class of service that is asked for, where it is not the usual one. */
  readonly serviceClass?: string;
}

/** In nano-USD, rounded up; null where a class that it can cause has no known price. */
export function mostOf(use: WorstUse, price: Price): number | null {
  if (price.isFree) return 0;
  const most = mostByClass(use, price);
  const { times, per } = (use.geography !== undefined && price.geographies?.[use.geography]) || once;
  return most === null ? null : Math.ceil((most * times) / per);
}

const once: Factor = { times: 1, per: 1 };

/** Who asks for a class may be served in the usual one. */
function mostByClass(use: WorstUse, price: Price): number | null {
  const usual = tokensAndFees(use, price);
  if (use.serviceClass === undefined || usual === null) return usual;
  const rates = price.classes?.[use.serviceClass];
  const asked = rates === undefined ? null : tokensAndFees(use, rates);
  return asked === null ? null : Math.max(usual, asked);
}

const million = 1_000_000;

function tokensAndFees(use: WorstUse, rates: Rates): number | null {
  const { promptTokens, completionTokens, rateTokens = promptTokens } = use;
  const input = inputRate(use, rates, rateTokens);
  const output = outputRate(use, rates, rateTokens);
  // One of them is unknown.
  if (input === Infinity || output === Infinity) return null;
  const fees = feesOf(use, rates);
  return fees === null ? null : Math.ceil((promptTokens * input + completionTokens * output) / million) + fees;
}

/** Infinity where a class that the request can cause has no price. */
function inputRate({ keepsForHour, hearsSound }: WorstUse, rates: Rates, promptTokens: number): number {
  const { input, cachedInput = input, cacheWrite = input, imageInput = input } = rates;
  const hour = rates.cacheWriteHour ?? (rates.cacheWrite === undefined ? input : undefined);
  return Math.max(
    rateAt(input, promptTokens),
    rateAt(cachedInput, promptTokens),
    rateAt(cacheWrite, promptTokens),
    rateAt(imageInput, promptTokens),
    keepsForHour ? rateAt(hour, promptTokens) : 0,
    hearsSound ? rateAt(rates.audioInput, promptTokens) : 0,
  );
}

function outputRate({ makesSound }: WorstUse, rates: Rates, promptTokens: number): number {
  const { output, reasoning = output, imageOutput = output } = rates;
  return Math.max(
    rateAt(output, promptTokens),
    rateAt(reasoning, promptTokens),
    rateAt(imageOutput, promptTokens),
    makesSound ? rateAt(rates.audioOutput, promptTokens) : 0,
  );
}

function rateAt(rate: Rate | undefined, promptTokens: number): number {
  if (rate === undefined) return Infinity;
  return rate.tiers?.findLast(({ above }) => promptTokens > above)?.rate ?? rate.base;
}

function feesOf({ webSearches, fileSearches, containers }: WorstUse, rates: Rates): number | null {
  const searches = rates.searchesOnce ? Math.min(1, webSearches) : webSearches;
  const { perRequest = 0, perWebSearch, perFileSearch, perContainer } = rates;
  const sum =
    perRequest + feeOf(searches, perWebSearch) + feeOf(fileSearches, perFileSearch) + feeOf(containers, perContainer);
  return sum === Infinity ? null : sum;
}

/** Infinity where it is not known. */
function feeOf(count: number, fee: number | undefined): number {
  return count > 0 ? count * (fee ?? Infinity) : 0;
}
