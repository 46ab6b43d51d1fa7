import type { PricedName, Place, Pricing, ServiceClass } from "#catalog/pricing.ts";

/** Models that were released from 5 March 2026 on cost a tenth more where they may compute in one region alone. */
const regional = /^gpt-(?:5\.[4-9]|[6-9])/;
/** https://platform.openai.com/docs/guides/your-data#data-residency */
const regionalHost = /^https?:\/\/(?:eu|us|au|ca|in|jp|kr|sg|gb|ae)\.api\.openai\.com(?:[:/]|$)/;

/** Each of their answers begins with a search, which nothing in it counts. */
const searching = /-search-(?:preview|api)/;

/**
 * What the price list does not tell of the classes that it has no variants for.
 * https://platform.openai.com/docs/pricing
 */
export const openaiClasses: readonly ServiceClass[] = [
  { name: "priority", models: /^o3(?:-\d{4}|$)/, times: 7, per: 4 },
  { name: "priority", models: /^o4-mini(?:-\d{4}|$)/, times: 20, per: 11 },
  { name: "flex", models: /^(?:o3|o4-mini)(?:-\d{4}|$)/, times: 1, per: 2 },
];

/** https://platform.openai.com/docs/guides/images-vision#calculating-costs */
export const pictureTokens = [
  { models: /4o-mini/, most: 48_200 },
  { models: /-(?:mini|nano)/, most: 4_000 },
  { models: /^gpt-(?:5\.[4-9]|[6-9])/, most: 10_000 },
  { models: /^(?:gpt-(?:4o|4\.[15]|5)|o[134]|chatgpt-4o|computer-use)/, most: 1_500 },
];

export const openaiPricing: Pricing = {
  nameOf: nameOfOpenai,
  classes: openaiClasses,
  pictureTokens,
  fees: { webSearch: 10_000_000, fileSearch: 2_500_000, container: 30_000_000 },
};

function nameOfOpenai(model: string, { baseUrl }: Place): PricedName | null {
  // Open weights are run by others: the list has their price here.
  if (searching.test(model) || model.startsWith("gpt-oss")) return null;
  if (model.includes("moderation")) return { model, isFree: true };
  const isRegional = regional.test(model) && regionalHost.test(baseUrl);
  return isRegional ? { model, factor: { times: 11, per: 10 } } : { model };
}
