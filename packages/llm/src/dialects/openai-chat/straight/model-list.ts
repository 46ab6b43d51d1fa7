import type { ClientModels, ListedModel } from "#dialects/fields/client-models.ts";

/** OpenAI's fields, and behind them what else can be said. */
function describe(model: ListedModel): object {
  const { price } = model;
  return {
    id: model.name,
    // What clients such as Open WebUI show in place of the id.
    name: model.displayName ?? model.name,
    object: "model",
    created: Math.floor(model.createdAt / 1000),
    owned_by: model.provider,
    provider: model.provider,
    targets: model.targets,
    context_length: model.contextLength,
    capabilities: model.capabilities,
    pricing: price && {
      unit: "usd_per_million_tokens",
      input: price.input,
      output: price.output,
      cached_input: price.cachedInput,
      version: price.version,
    },
  };
}

/** https://platform.openai.com/docs/api-reference/models */
export const models: ClientModels = {
  places: [{ listPath: "/v1/models", modelPath: "/v1/models/{model}" }],
  encodeList: (list) => JSON.stringify({ object: "list", data: list.map(describe) }),
  encodeModel: (model) => JSON.stringify(describe(model)),
};
