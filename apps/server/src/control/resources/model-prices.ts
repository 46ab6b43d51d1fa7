// The price of a model in force, as the API tells it, and what an operator can do where there is none.

import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { priceAt } from "@ghostllm/llm";
import type { Price, PriceSchedule, ProviderDefinition, Rate, Rates } from "@ghostllm/llm";
import type { ModelRow } from "#control/store/model-store.ts";

type ApiModel = RouteAnswer<AdminRoutes["models"]["get"]>;
type ApiPrices = NonNullable<ApiModel["prices"]>;

export function toApiPrices(schedule: PriceSchedule | null, nowMs: number): ApiModel["prices"] {
  const price = schedule === null ? null : priceAt(schedule, nowMs);
  return price === null ? null : describePrice(price);
}

function describePrice(price: Price): ApiPrices {
  return {
    input_usd: formatUsd(price.input.base),
    output_usd: formatUsd(price.output.base),
    cached_input_usd: usdOf(price.cachedInput),
    cache_write_usd: usdOf(price.cacheWrite),
    cache_write_hour_usd: usdOf(price.cacheWriteHour),
    reasoning_usd: usdOf(price.reasoning),
    audio_input_usd: usdOf(price.audioInput),
    cached_audio_usd: usdOf(price.cachedAudio),
    audio_output_usd: usdOf(price.audioOutput),
    image_input_usd: usdOf(price.imageInput),
    cached_image_usd: usdOf(price.cachedImage),
    image_output_usd: usdOf(price.imageOutput),
    request_usd: feeOf(price.perRequest),
    web_search_usd: feeOf(price.perWebSearch),
    file_search_usd: feeOf(price.perFileSearch),
    container_usd: feeOf(price.perContainer),
    long_prompts: longPromptsOf(price),
    service_classes: Object.fromEntries(
      Object.entries(price.classes ?? {}).map(([name, { input, output }]) => [
        name,
        { input_usd: formatUsd(input.base), output_usd: formatUsd(output.base) },
      ]),
    ),
    version: price.version,
  };
}

function usdOf(rate: Rate | undefined): string | null {
  return rate === undefined ? null : formatUsd(rate.base);
}

function feeOf(nanos: number | undefined): string | null {
  return nanos === undefined ? null : formatUsd(nanos);
}

function longPromptsOf({ input, output }: Rates): ApiPrices["long_prompts"] {
  const starts = new Set([...(input.tiers ?? []), ...(output.tiers ?? [])].map(({ above }) => above));
  const at = (rate: Rate, above: number): string =>
    formatUsd(rate.tiers?.findLast((tier) => tier.above <= above)?.rate ?? rate.base);
  return [...starts]
    .toSorted((one, other) => one - other)
    .map((above) => ({ above_tokens: above, input_usd: at(input, above), output_usd: at(output, above) }));
}

const remedies =
  "Set `input_price_usd` and `output_price_usd` of the model (PATCH /admin/models/{id}), or have a newer list read: `prices.source`, then POST /admin/prices/refresh.";

/** Null where there is a price. */
export function priceNote(row: ModelRow, definition: ProviderDefinition | undefined, version: string): string {
  const { inputPrice, outputPrice } = row;
  if ((inputPrice === null) !== (outputPrice === null))
    return "Half a price is no price: set both `input_price_usd` and `output_price_usd`.";
  if (definition?.catalogId === undefined)
    return `The list of prices has none of ${definition?.label ?? "this type of provider"}. ${remedies}`;
  const told = definition.pricing?.tellsCost
    ? " Its answers tell what they cost, which is recorded; but a key with a budget cannot use it."
    : " Its cost is recorded as unknown, and keys with budgets cannot use it.";
  return `The list of prices (${version}) has none of '${row.name}' for ${definition.label}, under this name or as a version of another.${told} ${remedies}`;
}
