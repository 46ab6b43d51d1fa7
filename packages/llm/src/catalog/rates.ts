// Prices of the list -> our own: nano-USD, classes of service, dates and hours.

import type { Pricing, ServiceClass } from "./pricing.ts";
import type { Factor, Price, PriceSchedule, Rate, Rates, ScheduledPrice } from "./price.ts";
import type { Constraint, ListedModel, ListedPrice, ListedRate, ListedRates, PriceVariant } from "./price-list.ts";

export interface RateContext {
  readonly pricing: Pricing;
  readonly version: string;
  readonly factor?: Factor;
}

/** Null for a model that is not sold by the token (by the hour of sound, by the page ...). */
export function scheduleOf(model: ListedModel, context: RateContext): PriceSchedule | null {
  const schedule: ScheduledPrice[] = [];
  for (const { prices, constraint } of datesOf(model)) {
    const price = toPrice(model, prices, constraint, context);
    if (price === null) return null;
    schedule.push({ price, ...toConditions(constraint, context.pricing) });
  }
  return schedule;
}

/** The list's own entries, and one more for each date on which a variant begins to differ. */
function datesOf({ prices, variants }: ListedModel): readonly ListedPrice[] {
  const isDaily = prices.some(({ constraint }) => constraint?.type === "time_of_date");
  if (isDaily || variants.length === 0) return prices;
  const known = prices.map(({ constraint }) => startOf(constraint));
  const dates = [...new Set([...known, ...variants.map(({ constraint }) => startOf(constraint))])].toSorted();
  return dates.map((date) => {
    const inForce = prices.findLast(({ constraint }) => startOf(constraint) <= date) ?? prices[0];
    const entry = { prices: inForce?.prices ?? {} };
    return date === "" ? entry : { ...entry, constraint: { type: "start_date", start_date: date } };
  });
}

function startOf(constraint: Constraint | undefined): string {
  return constraint?.type === "start_date" ? constraint.start_date : "";
}

/** Hours within a day are dearer or cheaper ones; a vendor may have them on some days of the week only. */
function toConditions(constraint: Constraint | undefined, { peakDays }: Pricing): Omit<ScheduledPrice, "price"> {
  if (constraint === undefined) return {};
  if (constraint.type === "start_date") return { fromMs: Date.parse(constraint.start_date) };
  const dailyMs = { start: timeOfDayMs(constraint.start_time), end: timeOfDayMs(constraint.end_time) };
  return peakDays === undefined ? { dailyMs } : { dailyMs, days: peakDays };
}

/** `16:30:00Z` -> ms since midnight UTC. */
function timeOfDayMs(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time
    .replace(/Z|\+00:00/, "")
    .split(":")
    .map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

function toPrice(
  model: ListedModel,
  listed: ListedRates,
  constraint: Constraint | undefined,
  context: RateContext,
): Price | null {
  // The list has no prices at all for what its vendor gives away.
  if (Object.keys(listed).length === 0) return { ...nothing, isFree: true, version: context.version };
  const usual = toRates(model.id, listed, context);
  if (usual === null) return null;
  const { geographies } = context.pricing;
  const classes = classesOf(model, { usual, listed, date: startOf(constraint) }, context);
  return { ...usual, ...(classes && { classes }), ...(geographies && { geographies }), version: context.version };
}

const nothing: Rates = { input: { base: 0 }, output: { base: 0 } };

interface InForce {
  readonly usual: Rates;
  readonly listed: ListedRates;
  /** Empty for the beginning. */
  readonly date: string;
}

function classesOf(
  { id, variants }: ListedModel,
  { usual, listed, date }: InForce,
  context: RateContext,
): Readonly<Record<string, Rates>> | undefined {
  const classes = new Map<string, Rates>();
  for (const { name, models, times, per } of context.pricing.classes ?? []) {
    if (models?.test(id) ?? true) classes.set(name, multiplyRates(usual, { times, per }));
  }
  for (const name of new Set(variants.flatMap(nameOfClass))) {
    const variant = variantAt(variants, name, date);
    const rates = variant && toRates(id, { ...listed, ...variant.prices }, context);
    if (rates) classes.set(name, rates);
  }
  return classes.size === 0 ? undefined : Object.fromEntries(classes);
}

/** The list tells what is done in batches as a way of processing. */
function nameOfClass({ when }: PriceVariant): readonly string[] {
  const [only, ...more] = Object.entries(when);
  if (only === undefined || more.length > 0 || !["service_tier", "speed", "processing"].includes(only[0])) return [];
  return only[1] === "default" || only[1] === "standard" ? [] : [only[1]];
}

/** What is known first holds for the time before it as well: the list has no history of it. */
function variantAt(variants: readonly PriceVariant[], name: string, date: string): PriceVariant | undefined {
  const own = variants.filter((variant) => nameOfClass(variant).includes(name));
  const byDate = own.toSorted((one, other) => (startOf(one.constraint) < startOf(other.constraint) ? -1 : 1));
  return byDate.findLast(({ constraint }) => startOf(constraint) <= date) ?? byDate[0];
}

function toRates(id: string, listed: ListedRates, { pricing, factor }: RateContext): Rates | null {
  const input = toRate(listed["input_mtok"]);
  const output = toRate(listed["output_mtok"]);
  if (input === undefined && output === undefined) return null;
  // Embedding models have no output price, since they put out no tokens.
  const tokens = { input: input ?? { base: 0 }, output: output ?? { base: 0 }, ...cacheRates(id, listed) };
  const rates = { ...tokens, ...mediaRates(id, listed, pricing) };
  return { ...(factor === undefined ? rates : multiplyRates(rates, factor)), ...feesOf(id, listed, pricing) };
}

/** Anthropic's models keep for an hour at twice the price of input, which resellers' parts of the list leave out. */
function cacheRates(id: string, listed: ListedRates): Partial<Rates> {
  const cacheWrite = toRate(listed["cache_write_mtok"]);
  const input = toRate(listed["input_mtok"]);
  const isClaude = id.includes("claude") && cacheWrite !== undefined && input !== undefined;
  const hour =
    toRate(listed["cache_write_1h_mtok"]) ?? (isClaude ? multiplyRate(input, { times: 2, per: 1 }) : undefined);
  return defined({
    cachedInput: toRate(listed["cache_read_mtok"]),
    cacheWrite,
    cacheWriteHour: hour,
    reasoning: toRate(listed["output_reasoning_mtok"]),
  });
}

/** What is made to speak or to draw has a price of output for that. */
function mediaRates(id: string, listed: ListedRates, { soundAsText }: Pricing): Partial<Rates> {
  const output = toRate(listed["output_mtok"]);
  const isAlike = soundAsText?.test(id) === true && listed["input_audio_mtok"] === undefined;
  return defined({
    audioInput: toRate(listed["input_audio_mtok"] ?? (isAlike ? listed["input_mtok"] : undefined)),
    cachedAudio: toRate(listed["cache_audio_read_mtok"] ?? (isAlike ? listed["cache_read_mtok"] : undefined)),
    audioOutput: toRate(listed["output_audio_mtok"]) ?? (/-tts\b/.test(id) ? output : undefined),
    imageInput: toRate(listed["input_image_mtok"]),
    cachedImage: toRate(listed["cache_image_read_mtok"]),
    imageOutput: toRate(listed["output_image_mtok"]) ?? (id.startsWith("gpt-image") ? output : undefined),
  });
}

function feesOf(id: string, listed: ListedRates, { fees = {}, searchesOnce }: Pricing): Partial<Rates> {
  const search = fees.webSearch === null ? undefined : (perUse(listed["web_searches_kcount"]) ?? fees.webSearch);
  return defined({
    perRequest: perUse(listed["requests_kcount"]),
    perWebSearch: search,
    searchesOnce: searchesOnce?.test(id) ? (true as const) : undefined,
    perFileSearch: perUse(listed["storage_searches_kcount"]) ?? fees.fileSearch,
    perContainer: fees.container,
  });
}

/** USD for a thousand -> nano-USD for one. */
function perUse(fee: ListedRate | undefined): number | undefined {
  return typeof fee === "number" ? Math.round(fee * 1_000_000) : undefined;
}

function defined<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}

/** OpenAI's long prompts are those of more than 272,000 tokens, which one list writes as a token less. */
const misprint = 271_999;

/** USD per million tokens -> nano-USD per million tokens. */
function toRate(rate: ListedRate | undefined): Rate | undefined {
  if (rate === undefined) return undefined;
  if (typeof rate === "number") return { base: toNanos(rate) };
  const tiers = rate.tiers.map(({ start, price }) => ({
    above: start === misprint ? start + 1 : start,
    rate: toNanos(price),
  }));
  return { base: toNanos(rate.base), tiers };
}

function toNanos(usd: number): number {
  return Math.round(usd * 1_000_000_000);
}

const tokenRates = [
  "input",
  "output",
  "cachedInput",
  "cacheWrite",
  "cacheWriteHour",
  "reasoning",
  "audioInput",
  "cachedAudio",
  "audioOutput",
  "imageInput",
  "cachedImage",
  "imageOutput",
] as const satisfies readonly (keyof Rates)[];

/** Tokens alone: fees stay as they are. */
export function multiplyRates<Some extends Rates>(rates: Some, factor: ServiceClass | Factor): Some {
  const result: { -readonly [Name in keyof Rates]: Rates[Name] } = { ...rates };
  for (const name of tokenRates) {
    const rate = rates[name];
    if (rate !== undefined) result[name] = multiplyRate(rate, factor);
  }
  return { ...rates, ...result };
}

function multiplyRate({ base, tiers }: Rate, { times, per }: Factor): Rate {
  const multiplied = (rate: number): number => Math.round((rate * times) / per);
  return {
    base: multiplied(base),
    ...(tiers && { tiers: tiers.map((tier) => ({ ...tier, rate: multiplied(tier.rate) })) }),
  };
}
