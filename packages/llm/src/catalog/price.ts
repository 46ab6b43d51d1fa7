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
  const rates = ratesOf(usage, price);
  if (rates === undefined) return null;
  const sum = new ProductSum();
  addTokens(usage, rates, sum);
  const fees = feesOf(usage, rates);
  if (sum.isUnknown || fees === null) return null;
  return sum.total(factorOf(usage, price)) + fees;
}

/** Of the class of service; undefined where that has no known price. */
export function ratesOf({ serviceClass }: Usage, price: Price): Rates | undefined {
  return serviceClass === undefined ? price : price.classes?.[serviceClass];
}

export function factorOf({ geography }: Usage, { geographies }: Price): Factor {
  return (geography === undefined ? undefined : geographies?.[geography]) ?? once;
}

/** What has a price of its own, in the words of the record. */
export type TokenClass =
  | ("input" | "audio_input" | "image_input" | "cached_input" | "cached_audio" | "cached_image")
  | ("cache_write" | "cache_write_hour" | "output" | "reasoning" | "audio_output" | "image_output");

/** Whoever adds up tokens at their rates: for the sum alone, or for each line of it. */
interface TokenSum {
  add(tokens: number, rate: number, kind: TokenClass): void;
}

const once: Factor = { times: 1, per: 1 };

/** Each token in one class. A vendor whose parts are more than the whole is believed in the whole. */
export function addTokens(usage: Usage, rates: Rates, sum: TokenSum): void {
  const { promptTokens, completionTokens } = usage;
  const cached = Math.min(usage.cachedTokens, promptTokens);
  const cacheWrite = Math.min(usage.cacheWriteTokens ?? 0, promptTokens - cached);
  const cacheWriteHour = Math.min(usage.cacheWriteHourTokens ?? 0, promptTokens - cached - cacheWrite);
  const cachedAudio = Math.min(usage.cachedAudioTokens ?? 0, cached);
  const cachedImage = Math.min(usage.cachedImageTokens ?? 0, cached - cachedAudio);
  const fresh = promptTokens - cached - cacheWrite - cacheWriteHour;
  const audioInput = Math.min(Math.max(0, (usage.audioPromptTokens ?? 0) - cachedAudio), fresh);
  const imageInput = Math.min(Math.max(0, (usage.imagePromptTokens ?? 0) - cachedImage), fresh - audioInput);
  const reasoning = Math.min(usage.reasoningTokens, completionTokens);
  const audioOutput = Math.min(usage.audioCompletionTokens ?? 0, completionTokens - reasoning);
  const imageOutput = Math.min(usage.imageCompletionTokens ?? 0, completionTokens - reasoning - audioOutput);

  const input = rateAt(rates.input, promptTokens);
  const output = rateAt(rates.output, promptTokens);
  const rateOf = (rate: Rate | undefined, otherwise: number): number =>
    rate === undefined ? otherwise : rateAt(rate, promptTokens);
  const cachedInput = rateOf(rates.cachedInput, input);
  sum.add(fresh - audioInput - imageInput, input, "input");
  sum.add(audioInput, rateOf(rates.audioInput, unknown), "audio_input");
  sum.add(imageInput, rateOf(rates.imageInput, input), "image_input");
  sum.add(cached - cachedAudio - cachedImage, cachedInput, "cached_input");
  sum.add(cachedAudio, rateOf(rates.cachedAudio, unknown), "cached_audio");
  sum.add(cachedImage, rateOf(rates.cachedImage, cachedInput), "cached_image");
  sum.add(cacheWrite, rateOf(rates.cacheWrite, input), "cache_write");
  sum.add(
    cacheWriteHour,
    rateOf(rates.cacheWriteHour, rates.cacheWrite === undefined ? input : unknown),
    "cache_write_hour",
  );
  sum.add(completionTokens - reasoning - audioOutput - imageOutput, output, "output");
  sum.add(reasoning, rateOf(rates.reasoning, output), "reasoning");
  sum.add(audioOutput, rateOf(rates.audioOutput, unknown), "audio_output");
  sum.add(imageOutput, rateOf(rates.imageOutput, unknown), "image_output");
}

/** Of a class whose price nobody knows. */
const unknown = -1;

function feesOf(usage: Usage, rates: Rates): number | null {
  const { webSearches = 0, fileSearches = 0, containers = 0 } = usage;
  const perRequest = rates.perRequest ?? 0;
  if (webSearches + fileSearches + containers === 0) return perRequest;
  const searches = chargedSearches(usage, rates);
  const isUnknown =
    (webSearches > 0 && rates.perWebSearch === undefined) ||
    (fileSearches > 0 && rates.perFileSearch === undefined) ||
    (containers > 0 && rates.perContainer === undefined);
  const { perWebSearch = 0, perFileSearch = 0, perContainer = 0 } = rates;
  return isUnknown
    ? null
    : perRequest + searches * perWebSearch + fileSearches * perFileSearch + containers * perContainer;
}

export function chargedSearches({ webSearches = 0 }: Usage, { searchesOnce }: Rates): number {
  return searchesOnce ? Math.min(1, webSearches) : webSearches;
}

function rateAt(rate: Rate, promptTokens: number): number {
  let applied = rate.base;
  for (const tier of rate.tiers ?? []) if (promptTokens > tier.above) applied = tier.rate;
  return applied;
}

const million = 1_000_000;

/** Sum of tokens x nano-USD per million, times a factor, rounded once, half up. Exact also where a number is not. */
class ProductSum implements TokenSum {
  isUnknown = false;
  #sum = 0;
  #exact = 0n;

  add(tokens: number, rate: number, _kind: TokenClass): void {
    if (tokens === 0) return;
    if (rate === unknown) this.isUnknown = true;
    const sum = this.#sum + tokens * rate;
    if (Number.isSafeInteger(sum)) this.#sum = sum;
    // A long prompt at a high rate leaves the integers that a number holds exactly.
    else this.#exact += BigInt(tokens) * BigInt(rate);
  }

  total({ times, per }: Factor): number {
    const unit = million * per;
    if (this.#exact === 0n && Number.isSafeInteger(this.#sum * times + unit))
      return Math.floor((this.#sum * times + unit / 2) / unit);
    const exact = (this.#exact + BigInt(this.#sum)) * BigInt(times);
    return Number((exact * 2n + BigInt(unit)) / (2n * BigInt(unit)));
  }
}
