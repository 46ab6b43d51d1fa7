import type { ClientModels, ListedModel } from "#dialects/dialect.ts";

function describe({ name, createdAt }: ListedModel) {
  return { type: "model", id: name, display_name: name, created_at: new Date(createdAt).toISOString() };
}

/** All are on the first page. https://docs.anthropic.com/en/api/models-list */
export const models: ClientModels = {
  listPath: "/v1/models",
  modelPath: "/v1/models/{model}",
  header: "anthropic-version",
  encodeList(list) {
    const data = list.map(describe);
    const edges = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    return JSON.stringify({ data, has_more: false, ...edges });
  },
  encodeModel: (model) => JSON.stringify(describe(model)),
};
