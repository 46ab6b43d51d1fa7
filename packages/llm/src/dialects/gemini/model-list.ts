import type { ClientModels, ListedModel } from "#dialects/dialect.ts";

const methods = ["generateContent", "streamGenerateContent", "countTokens"];

function describe({ name, contextLength }: ListedModel) {
  return {
    name: `models/${name}`,
    displayName: name,
    ...(contextLength !== null && { inputTokenLimit: contextLength }),
    supportedGenerationMethods: methods,
  };
}

/** All are on the first page. https://ai.google.dev/api/models */
export const models: ClientModels = {
  listPath: "/v1beta/models",
  modelPath: "/v1beta/models/{model}",
  encodeList: (list) => JSON.stringify({ models: list.map(describe) }),
  encodeModel: (model) => JSON.stringify(describe(model)),
};
