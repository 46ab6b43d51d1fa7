// Price maths. Prices are integer nano-USD per million tokens, so that the cost of an answer is exact
// up to one rounding, to the nearest nano-USD, of the whole sum.

import type { Usage } from "#hub.ts";

/** A rate that may rise with the size of the prompt: the last tier whose `above` is exceeded applies to all tokens. */
export interface Rate {
  /** Nano-USD per million tokens. */
  readonly base: number;
  readonly tiers?: readonly { readonly above: number; readonly rate: number }[];
}

export interface Price {
  readonly input: Rate;
  readonly output: Rate;
  /** Absent: cached tokens cost as much as other input. */
  readonly cachedInput?: Rate;
  /** Absent: tokens written into the cache cost as much as other input. */
  readonly cacheWrite?: Rate;
  /** Absent: as `cacheWrite`. */
  readonly cacheWriteHour?: Rate;
  /** Absent: reasoning tokens cost as much as other output. */
  readonly reasoning?: Rate;
  /** Absent: sound costs as much as text. */
  readonly audioInput?: Rate;
  /** Absent: as other cached tokens. */
  readonly cachedAudio?: Rate;
  /** Absent: sound costs as much as text. */
  readonly audioOutput?: Rate;
  /** Absent: pictures cost as much as text. */
  readonly imageInput?: Rate;
  /** Absent: pictures cost as much as text. */
  readonly imageOutput?: Rate;
  /** Nano-USD for each request, on top of its tokens. */
  readonly perRequest?: number;
  /** Where the price is from: kept with every usage record that was priced by it. */
  readonly version: string;
}

/** A price that applies from a date, or within hours of the day (UTC). The last entry that applies counts. */
export interface ScheduledPrice {
  readonly fromMs?: number;
  readonly dailyMs?: { readonly start: number; readonly end: number };
  readonly price: Price;
}

export type PriceSchedule = readonly ScheduledPrice[];

const dayMs = 86_400_000;

/** The price in force at an epoch time, or null where none is. */
export function priceAt(schedule: PriceSchedule, timeMs: number): Price | null {
  for (let index = schedule.length - 1; index >= 0; index -= 1) {
    const entry = schedule[index];
    if (entry !== undefined && applies(entry, timeMs)) return entry.price;
  }
  return null;
}

function applies({ fromMs, dailyMs }: ScheduledPrice, timeMs: number): boolean {
  if (fromMs !== undefined && timeMs < fromMs) return false;
  if (dailyMs === undefined) return true;
  const timeOfDay = timeMs % dayMs;
  return dailyMs.start <= dailyMs.end
    ? timeOfDay >= dailyMs.start && timeOfDay < dailyMs.end
    : timeOfDay >= dailyMs.start || timeOfDay < dailyMs.end;
}

/** Cost in nano-USD of an answer with this usage. */
export function costOf(usage: Usage, price: Price): number {
  const rateOf = (rate: Rate | undefined, otherwise: number): number =>
    rate === undefined ? otherwise : rateAt(rate, usage.promptTokens);
  const input = rateAt(price.input, usage.promptTokens);
  const output = rateAt(price.output, usage.promptTokens);
  const write = rateOf(price.cacheWrite, input);
  const cached = rateOf(price.cachedInput, input);
  const parts = partsOf(usage);
  const sum = sumOfProducts([
    [parts.input, input],
    [parts.audioInput, rateOf(price.audioInput, input)],
    [parts.imageInput, rateOf(price.imageInput, input)],
    [parts.cached, cached],
    [parts.cachedAudio, rateOf(price.cachedAudio, cached)],
    [parts.cacheWrite, write],
    [parts.cacheWriteHour, rateOf(price.cacheWriteHour, write)],
    [parts.output, output],
    [parts.reasoning, rateOf(price.reasoning, output)],
    [parts.audioOutput, rateOf(price.audioOutput, output)],
    [parts.imageOutput, rateOf(price.imageOutput, output)],
  ]);
  return sum + (price.perRequest ?? 0);
}

/** Each token in one class. A vendor whose parts are more than the whole is believed in the whole. */
function partsOf({ promptTokens, completionTokens, ...told }: Usage) {
  const cached = Math.min(told.cachedTokens, promptTokens);
  const cacheWrite = Math.min(told.cacheWriteTokens ?? 0, promptTokens - cached);
  const cacheWriteHour = Math.min(told.cacheWriteHourTokens ?? 0, promptTokens - cached - cacheWrite);
  const cachedAudio = Math.min(told.cachedAudioTokens ?? 0, cached);
  const fresh = promptTokens - cached - cacheWrite - cacheWriteHour;
  const audioInput = Math.min(Math.max(0, (told.audioPromptTokens ?? 0) - cachedAudio), fresh);
  const imageInput = Math.min(told.imagePromptTokens ?? 0, fresh - audioInput);
  const reasoning = Math.min(told.reasoningTokens, completionTokens);
  const audioOutput = Math.min(told.audioCompletionTokens ?? 0, completionTokens - reasoning);
  const imageOutput = Math.min(told.imageCompletionTokens ?? 0, completionTokens - reasoning - audioOutput);
  return {
    input: fresh - audioInput - imageInput,
    audioInput,
    imageInput,
    cached: cached - cachedAudio,
    cachedAudio,
    cacheWrite,
    cacheWriteHour,
    output: completionTokens - reasoning - audioOutput - imageOutput,
    reasoning,
    audioOutput,
    imageOutput,
  };
}

function rateAt(rate: Rate, promptTokens: number): number {
  let applied = rate.base;
  for (const tier of rate.tiers ?? []) if (promptTokens > tier.above) applied = tier.rate;
  return applied;
}

const million = 1_000_000;

/** Sum of tokens x nano-USD per million, rounded once, half up. */
function sumOfProducts(terms: readonly (readonly [tokens: number, rate: number])[]): number {
  let sum = 0;
  for (const [tokens, rate] of terms) sum += tokens * rate;
  if (Number.isSafeInteger(sum)) return Math.floor((sum + million / 2) / million);
  // A long prompt at a high rate leaves the integers that a number holds exactly.
  let exact = 0n;
  for (const [tokens, rate] of terms) exact += BigInt(tokens) * BigInt(rate);
  return Number((exact + 500_000n) / 1_000_000n);
}
