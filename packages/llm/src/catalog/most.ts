// The most that a request may cost: every token in the dearest class that the request can cause. Only for budgets.

import type { Price, Rate, Rates } from "./price.ts";

/** What a request can make a vendor use, at the worst. */
export interface Demand {
  readonly promptTokens: number;
  /** By which the rate is chosen, where the prompt may be larger than is thought; Infinity is the dearest. */
  readonly rateTokens?: number;
  readonly completionTokens: number;
  /** The class of service that is asked for, where it is not the usual one. */
  readonly serviceClass?: string;
  readonly geography?: string;
  /** Prompts are to be kept for an hour. */
  readonly keepsForHour: boolean;
  readonly hearsSound: boolean;
  readonly makesSound: boolean;
  readonly webSearches: number;
  readonly fileSearches: number;
  readonly containers: number;
}

/** In nano-USD, rounded up; null where a class that it can cause has no known price. */
export function mostOf(demand: Demand, price: Price): number | null {
  if (price.isFree) return 0;
  const { serviceClass: asked } = demand;
  const rates = asked === undefined ? undefined : price.classes?.[asked];
  if (asked !== undefined && rates === undefined) return null;
  // Who asks for a class may be served in the usual one.
  const sums = [price, ...(rates === undefined ? [] : [rates])].map((one) => tokensAndFees(demand, one));
  if (sums.some((sum) => sum === null)) return null;
  const { times, per } = (demand.geography !== undefined && price.geographies?.[demand.geography]) || {
    times: 1,
    per: 1,
  };
  return Math.ceil((Math.max(...sums.map((sum) => sum ?? 0)) * times) / per);
}

const million = 1_000_000;

function tokensAndFees(demand: Demand, rates: Rates): number | null {
  const { promptTokens, completionTokens, rateTokens = promptTokens } = demand;
  const input = dearest(inputRates(demand, rates), rateTokens);
  const output = dearest(outputRates(demand, rates), rateTokens);
  const fees = feesOf(demand, rates);
  if (input === null || output === null || fees === null) return null;
  return Math.ceil((promptTokens * input + completionTokens * output) / million) + fees;
}

/** Undefined among them is a class without a price. */
function inputRates({ keepsForHour, hearsSound }: Demand, rates: Rates): readonly (Rate | undefined)[] {
  const { input, cachedInput = input, cacheWrite = input, imageInput = input } = rates;
  const hour = rates.cacheWriteHour ?? (rates.cacheWrite === undefined ? input : undefined);
  return [
    input,
    cachedInput,
    cacheWrite,
    imageInput,
    ...(keepsForHour ? [hour] : []),
    ...(hearsSound ? [rates.audioInput] : []),
  ];
}

function outputRates({ makesSound }: Demand, rates: Rates): readonly (Rate | undefined)[] {
  const { output, reasoning = output, imageOutput = output } = rates;
  return [output, reasoning, imageOutput, ...(makesSound ? [rates.audioOutput] : [])];
}

function dearest(rates: readonly (Rate | undefined)[], promptTokens: number): number | null {
  let most = 0;
  for (const rate of rates) {
    if (rate === undefined) return null;
    const tiers = (rate.tiers ?? []).filter(({ above }) => promptTokens > above).map((tier) => tier.rate);
    most = Math.max(most, tiers.at(-1) ?? rate.base);
  }
  return most;
}

function feesOf({ webSearches, fileSearches, containers }: Demand, rates: Rates): number | null {
  const searches = rates.searchesOnce ? Math.min(1, webSearches) : webSearches;
  let sum = rates.perRequest ?? 0;
  for (const [count, fee] of [
    [searches, rates.perWebSearch],
    [fileSearches, rates.perFileSearch],
    [containers, rates.perContainer],
  ] as const) {
    if (count > 0 && fee === undefined) return null;
    if (count > 0 && fee !== undefined) sum += count * fee;
  }
  return sum;
}
