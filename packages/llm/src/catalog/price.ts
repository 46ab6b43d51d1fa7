// Price maths. Prices are integer nano-USD per million tokens, so that the cost of an answer is exact
// up to one rounding, to the nearest nano-USD, of the whole sum.

import type { Usage } from "#hub.ts";

/** A rate that may rise with the size of the prompt: the last tier whose `above` is exceeded applies to all tokens. */
export interface Rate {
  /** Nano-USD per million tokens. */
  readonly base: number;
  readonly tiers?: readonly { readonly above: number; readonly rate: number }[];
}

/** What each class of tokens costs, and what is paid beside tokens. */
export interface Rates {
  readonly input: Rate;
  readonly output: Rate;
  /** Absent: cached tokens cost as much as other input. */
  readonly cachedInput?: Rate;
  /** Absent: tokens written into the cache cost as much as other input. */
  readonly cacheWrite?: Rate;
  /** Absent: unknown, but where writing costs no more than other input. */
  readonly cacheWriteHour?: Rate;
  /** Absent: reasoning tokens cost as much as other output. */
  readonly reasoning?: Rate;
  /** Absent: unknown, for sound never costs what text does by chance. */
  readonly audioInput?: Rate;
  /** Absent: unknown. */
  readonly cachedAudio?: Rate;
  /** Absent: unknown. */
  readonly audioOutput?: Rate;
  /** Absent: pictures that are looked at cost as much as text. */
  readonly imageInput?: Rate;
  /** Absent: as other cached tokens. */
  readonly cachedImage?: Rate;
  /** Absent: unknown. */
  readonly imageOutput?: Rate;
  /** Nano-USD for each request, on top of its tokens. */
  readonly perRequest?: number;
  /** Nano-USD for each search of the web; absent: unknown. */
  readonly perWebSearch?: number;
  /** A vendor that charges an answer once, however often it searched for it. */
  readonly searchesOnce?: true;
  /** Nano-USD for each search of files that the vendor keeps; absent: unknown. */
  readonly perFileSearch?: number;
  /** Nano-USD for each container that code is run in; absent: unknown. */
  readonly perContainer?: number;
}

export interface Price extends Rates {
  /** Rates of the classes of service that are not the usual one. A class that is not here has no known price. */
  readonly classes?: Readonly<Record<string, Rates>>;
  /** By how much tokens are dearer where the vendor may compute in one geography alone. */
  readonly geographies?: Readonly<Record<string, Factor>>;
  /** Whatever it is, it costs nothing. */
  readonly isFree?: true;
  /** An operator set it: it counts before what the vendor says it charges. */
  readonly isOverride?: true;
  /** Where the price is from: kept with every usage record that was priced by it. */
  readonly version: string;
}

export interface Factor {
  readonly times: number;
  readonly per: number;
}

/** A price that applies from a date, or within hours of the day (UTC). The last entry that applies counts. */
export interface ScheduledPrice {
  readonly fromMs?: number;
  readonly dailyMs?: { readonly start: number; readonly end: number };
  /** Days of the week (UTC) on which the hours count, 0 for Sunday. Absent: all. */
  readonly days?: readonly number[];
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

function applies({ fromMs, dailyMs, days }: ScheduledPrice, timeMs: number): boolean {
  if (fromMs !== undefined && timeMs < fromMs) return false;
  if (days !== undefined && !days.includes(new Date(timeMs).getUTCDay())) return false;
  if (dailyMs === undefined) return true;
  const timeOfDay = timeMs % dayMs;
  return dailyMs.start <= dailyMs.end
    ? timeOfDay >= dailyMs.start && timeOfDay < dailyMs.end
    : timeOfDay >= dailyMs.start || timeOfDay < dailyMs.end;
}

/** Cost in nano-USD of an answer with this usage; null where some of it has no known price. What other models used is not in it. */
export function costOf(usage: Usage, price: Price): number | null {
  if (price.isFree) return 0;
  if (usage.otherUses !== undefined && usage.otherUses.length > 0) return null;
  const rates = usage.serviceClass === undefined ? price : price.classes?.[usage.serviceClass];
  if (rates === undefined) return null;
  const tokens = tokenTerms(usage, rates);
  const fees = feesOf(usage, rates);
  if (tokens === null || fees === null) return null;
  const factor = usage.geography === undefined ? undefined : price.geographies?.[usage.geography];
  return sumOfProducts(tokens, factor ?? once) + fees;
}

const once: Factor = { times: 1, per: 1 };

type Term = readonly [tokens: number, rate: number];

/** Null where tokens of a class were used that has no price. */
function tokenTerms(usage: Usage, rates: Rates): readonly Term[] | null {
  const parts = partsOf(usage);
  const rateOf = (rate: Rate | undefined, otherwise: number): number =>
    rate === undefined ? otherwise : rateAt(rate, usage.promptTokens);
  const input = rateAt(rates.input, usage.promptTokens);
  const output = rateAt(rates.output, usage.promptTokens);
  const cached = rateOf(rates.cachedInput, input);
  const write = rateOf(rates.cacheWrite, input);
  const hour = rates.cacheWrite === undefined ? input : unknown;
  const terms: readonly Term[] = [
    [parts.input, input],
    [parts.audioInput, rateOf(rates.audioInput, unknown)],
    [parts.imageInput, rateOf(rates.imageInput, input)],
    [parts.cached, cached],
    [parts.cachedAudio, rateOf(rates.cachedAudio, unknown)],
    [parts.cachedImage, rateOf(rates.cachedImage, cached)],
    [parts.cacheWrite, write],
    [parts.cacheWriteHour, rateOf(rates.cacheWriteHour, hour)],
    [parts.output, output],
    [parts.reasoning, rateOf(rates.reasoning, output)],
    [parts.audioOutput, rateOf(rates.audioOutput, unknown)],
    [parts.imageOutput, rateOf(rates.imageOutput, unknown)],
  ];
  return terms.some(([tokens, rate]) => tokens > 0 && rate === unknown) ? null : terms;
}

/** Of a class whose price nobody knows. */
const unknown = -1;

function feesOf(usage: Usage, rates: Rates): number | null {
  const { webSearches = 0, fileSearches = 0, containers = 0 } = usage;
  const searches = rates.searchesOnce ? Math.min(1, webSearches) : webSearches;
  const fees = [
    [searches, rates.perWebSearch],
    [fileSearches, rates.perFileSearch],
    [containers, rates.perContainer],
  ] as const;
  let sum = rates.perRequest ?? 0;
  for (const [count, fee] of fees) {
    if (count > 0 && fee === undefined) return null;
    sum += count * (fee ?? 0);
  }
  return sum;
}

/** Each token in one class. A vendor whose parts are more than the whole is believed in the whole. */
function partsOf({ promptTokens, completionTokens, ...told }: Usage) {
  const cached = Math.min(told.cachedTokens, promptTokens);
  const cacheWrite = Math.min(told.cacheWriteTokens ?? 0, promptTokens - cached);
  const cacheWriteHour = Math.min(told.cacheWriteHourTokens ?? 0, promptTokens - cached - cacheWrite);
  const cachedAudio = Math.min(told.cachedAudioTokens ?? 0, cached);
  const cachedImage = Math.min(told.cachedImageTokens ?? 0, cached - cachedAudio);
  const fresh = promptTokens - cached - cacheWrite - cacheWriteHour;
  const audioInput = Math.min(Math.max(0, (told.audioPromptTokens ?? 0) - cachedAudio), fresh);
  const imageInput = Math.min(Math.max(0, (told.imagePromptTokens ?? 0) - cachedImage), fresh - audioInput);
  const reasoning = Math.min(told.reasoningTokens, completionTokens);
  const audioOutput = Math.min(told.audioCompletionTokens ?? 0, completionTokens - reasoning);
  const imageOutput = Math.min(told.imageCompletionTokens ?? 0, completionTokens - reasoning - audioOutput);
  return {
    input: fresh - audioInput - imageInput,
    audioInput,
    imageInput,
    cached: cached - cachedAudio - cachedImage,
    cachedAudio,
    cachedImage,
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

/** Sum of tokens x nano-USD per million, times a factor, rounded once, half up. */
function sumOfProducts(terms: readonly Term[], { times, per }: Factor): number {
  let sum = 0;
  for (const [tokens, rate] of terms) if (tokens > 0) sum += tokens * rate;
  const unit = million * per;
  if (Number.isSafeInteger(sum * times + unit)) return Math.floor((sum * times + unit / 2) / unit);
  // A long prompt at a high rate leaves the integers that a number holds exactly.
  let exact = 0n;
  for (const [tokens, rate] of terms) if (tokens > 0) exact += BigInt(tokens) * BigInt(rate);
  return Number((exact * BigInt(times) * 2n + BigInt(unit)) / (2n * BigInt(unit)));
}
