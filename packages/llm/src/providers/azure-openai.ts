import type { OperationPath, ProviderDefinition } from "./definition.ts";
import { openaiModels, openaiNeeds } from "./openai-models.ts";
import { openaiClasses, pictureTokens } from "./openai-pricing.ts";

/**
 * Azure has three forms of base URL: the resource's endpoint, where the deployment is part of the path; `/models`, the
 * inference endpoint of Azure AI; and `/openai/v1`, which takes no api-version.
 * https://learn.microsoft.com/azure/ai-services/openai/reference
 */
function path(operation: string): OperationPath {
  return ({ baseUrl, model, settings }) => {
    if (baseUrl.endsWith("/openai/v1")) return operation;
    const version = `?api-version=${encodeURIComponent(settings["apiVersion"] ?? "")}`;
    if (baseUrl.endsWith("/models")) return operation + version;
    return `/openai/deployments/${encodeURIComponent(model)}${operation}${version}`;
  };
}

/** What only the newest of the three has, or has for the whole resource; its models are those of the resource. */
function newestPath(operation: string): OperationPath {
  return ({ baseUrl }) => newestOf(baseUrl) + operation;
}

/** https://learn.microsoft.com/azure/foundry/openai/how-to/realtime-audio-websockets */
const realtimePath: OperationPath = ({ baseUrl, model }) =>
  `${newestOf(baseUrl)}/realtime?model=${encodeURIComponent(model)}`;

function newestOf(baseUrl: string): string {
  if (baseUrl.endsWith("/openai/v1")) return "";
  return baseUrl.endsWith("/models") ? "/../openai/v1" : "/openai/v1";
}

export const azureOpenai: ProviderDefinition = {
  type: "azure-openai",
  telemetryName: "azure.ai.openai",
  label: "Azure OpenAI",
  documentation: "https://learn.microsoft.com/azure/ai-services/openai/reference",
  baseUrl: null,
  baseUrls: {
    leavesOut: /\/openai$/,
    refuses: [[/\/openai\/deployments\//, "the URL names a deployment, in whose place the model's name stands"]],
  },
  baseUrlVariables: ["AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_BASE_URL"],
  credentialVariables: ["AZURE_OPENAI_API_KEY"],
  needsCredential: true,
  authentication: { header: "api-key", prefix: "" },
  settings: { apiVersion: { variable: "OPENAI_API_VERSION", default: "2024-10-21" } },
  catalogId: "azure",
  // Names are those of the resource's deployments.
  catalogModels: /^(?!)/,
  pricing: {
    alsoIn: ["openai", "anthropic"],
    notIn: /^gpt-oss|-search-(?:preview|api)/,
    classes: openaiClasses,
    pictureTokens,
    fees: { webSearch: null, fileSearch: 2_500_000, container: 30_000_000 },
  },
  // Of models whose deployment is called like them.
  quirks: { ...openaiNeeds, models: openaiModels },
  speaks: {
    "openai-chat": {
      "chat.completions": path("/chat/completions"),
      completions: path("/completions"),
      embeddings: path("/embeddings"),
      "images.generations": path("/images/generations"),
      "images.edits": path("/images/edits"),
      "audio.speech": path("/audio/speech"),
      "audio.transcriptions": path("/audio/transcriptions"),
      "audio.translations": path("/audio/translations"),
      realtime: realtimePath,
      files: newestPath("/files"),
      batches: newestPath("/batches"),
    },
    "openai-responses": { "chat.completions": newestPath("/responses"), responses: newestPath("/responses") },
  },
};
