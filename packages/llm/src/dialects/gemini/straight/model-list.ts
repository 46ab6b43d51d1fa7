import type { ClientModels, ListedModel } from "#dialects/fields/client-models.ts";
import { pageSizeOf } from "#dialects/fields/page-size.ts";
import { sharedVersion, versions } from "./versions.ts";

const methods = ["generateContent", "streamGenerateContent", "countTokens"];

function describe({ name, displayName, contextLength }: ListedModel) {
  return {
    name: `models/${name}`,
    displayName: displayName ?? name,
    ...(contextLength !== null && { inputTokenLimit: contextLength }),
    supportedGenerationMethods: methods,
  };
}

/** Both are sent by every SDK of the vendor; OpenAI's clients have the same paths. */
const headers = ["x-goog-api-key", "x-goog-api-client"];

/** All are on the first page, but for clients that ask for less. https://ai.google.dev/api/models */
export const models: ClientModels = {
  places: versions.map((version) => ({
    listPath: `/${version}/models`,
    modelPath: `/${version}/models/{model}`,
    ...(version === sharedVersion && { headers }),
  })),
  encodeList(list, query) {
    const asked = new URLSearchParams(query);
    const size = pageSizeOf(asked.get("pageSize"), list.length);
    // The token of a page is the number of models before it.
    const start = pageSizeOf(asked.get("pageToken"), 0);
    const next = start + size < list.length && { nextPageToken: String(start + size) };
    return JSON.stringify({ models: list.slice(start, start + size).map(describe), ...next });
  },
  encodeModel: (model) => JSON.stringify(describe(model)),
};
