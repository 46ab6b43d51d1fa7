import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { unknownModel } from "#control/catalog/discover.ts";
import { knowModel } from "#domain/snapshot/known-prices.ts";
import { definitionOf, pricedProvider } from "#control/snapshot/providers.ts";
import type { FurtherPrices } from "#domain/price-overrides.ts";
import type { ProviderRow } from "#control/store/store.ts";
import type { ModelChange, ModelRow } from "#control/store/model-store.ts";
import { found, invalid, notFound, toNanosOrNull, toTime, toUsdOrNull } from "./fields.ts";
import { changeFurtherPrices, namesFurtherPrices, toApiFurtherPrices } from "./further-prices.ts";
import { priceNote, toApiPrices } from "./model-prices.ts";
import { byName, pageOf, readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { toApiTargetLimits, toTargetLimits } from "./target-limits.ts";

type ApiModel = RouteAnswer<AdminRoutes["models"]["get"]>;
type ModelFields = Parameters<Resource<"models">["update"]>[0]["body"];

export function createModelsResource(deps: ResourceDependencies): Resource<"models"> {
  const { store, changed } = deps;

  async function answer(row: ModelRow): Promise<ApiModel> {
    const provider = found(await store.providers.find(row.providerId), "provider", row.providerId);
    return toApiModel(row, provider, deps, await store.declared.placeOf("model", row.id));
  }

  return {
    list: listerOf(deps),

    async create({ body: { provider_id: providerId, name, ...fields } }) {
      const provider = await store.providers.find(providerId);
      if (provider === undefined) throw invalid("provider_id", `There is no provider ${providerId}`);
      const added = await store.models.add([
        { ...unknownModel, ...toModelChange(fields, {}), providerId, name, origin: "operator" },
      ]);
      if (added === 0)
        throw new GhostError("conflict", `Provider ${provider.name} has the model ${name} already`, { param: "name" });
      await changed();
      const row = (await store.models.list()).find((model) => model.providerId === providerId && model.name === name);
      return toApiModel(found(row, "model", name), provider, deps);
    },

    get: async ({ params }) => answer(found(await store.models.find(params.id), "model", params.id)),

    async update({ params, body }) {
      const before = found(await store.models.find(params.id), "model", params.id);
      const change = toModelChange(body, before.furtherPrices);
      const row = found(await store.models.update(params.id, change), "model", params.id);
      await changed();
      return answer(row);
    },

    async remove({ params }) {
      if (!(await store.models.remove(params.id))) throw notFound("model", params.id);
      await changed();
      return { id: params.id, deleted: true };
    },
  };
}

function listerOf(deps: ResourceDependencies): Resource<"models">["list"] {
  const { store } = deps;
  return async ({ query }) => {
    const { provider_id: providerId } = query;
    const providers = new Map((await store.providers.list()).map((row) => [row.id, row]));
    const rows = (await store.models.list()).filter((row) => providerId === undefined || row.providerId === providerId);
    const places = await store.declared.places("model");
    const named = pageOf(rows, byName, ({ name }) => [name]);
    return readNamed(query, byName, named, (row) =>
      toApiModel(row, found(providers.get(row.providerId), "provider", row.providerId), deps, places.get(row.id)),
    );
  };
}

/** `declared`: where; null of what is not. */
function toApiModel(row: ModelRow, provider: ProviderRow, deps: ResourceDependencies, declared?: string): ApiModel {
  const definition = definitionOf(provider.providerType, deps);
  const known =
    definition === undefined
      ? null
      : knowModel(pricedProvider(provider, definition, deps), row.name, row, deps.prices.current());
  const prices = toApiPrices(known?.prices ?? null, deps.clock.now());
  return {
    id: row.id,
    provider_id: row.providerId,
    provider: provider.name,
    name: row.name,
    context_length: row.contextLength ?? row.listed?.contextLength ?? known?.contextLength ?? null,
    input_price_usd: toUsdOrNull(row.inputPrice),
    output_price_usd: toUsdOrNull(row.outputPrice),
    cached_input_price_usd: toUsdOrNull(row.cachedInputPrice),
    ...toApiFurtherPrices(row.furtherPrices),
    prices,
    price_note: prices === null ? priceNote(row, definition, deps.prices.current().version) : null,
    supports_vision: row.supportsVision ?? row.listed?.vision ?? null,
    supports_functions: row.supportsFunctions ?? row.listed?.functions ?? null,
    supports_streaming: row.supportsStreaming,
    supports_thinking: row.listed?.thinking ?? null,
    limits: toApiTargetLimits(row.limits),
    quality: row.quality,
    auto: row.inAuto,
    origin: row.origin,
    declared: declared ?? null,
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

export function toModelChange(fields: ModelFields, present: FurtherPrices): ModelChange {
  return {
    ...(namesFurtherPrices(fields) && { furtherPrices: changeFurtherPrices(present, fields) }),
    ...(fields.context_length !== undefined && { contextLength: fields.context_length }),
    ...(fields.input_price_usd !== undefined && { inputPrice: toNanosOrNull(fields.input_price_usd) }),
    ...(fields.output_price_usd !== undefined && { outputPrice: toNanosOrNull(fields.output_price_usd) }),
    ...(fields.cached_input_price_usd !== undefined && {
      cachedInputPrice: toNanosOrNull(fields.cached_input_price_usd),
    }),
    ...(fields.supports_vision !== undefined && { supportsVision: fields.supports_vision }),
    ...(fields.supports_functions !== undefined && { supportsFunctions: fields.supports_functions }),
    ...(fields.supports_streaming !== undefined && { supportsStreaming: fields.supports_streaming }),
    ...(fields.limits !== undefined && { limits: toTargetLimits(fields.limits) }),
    ...(fields.quality !== undefined && { quality: fields.quality }),
    ...(fields.auto !== undefined && { inAuto: fields.auto }),
  };
}
