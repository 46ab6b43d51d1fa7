import { defineCompatible } from "./define-compatible.ts";
import type { OperationPath } from "./definition.ts";

/** The account is part of the path, unless the base URL leads to its `/ai/v1` already. */
function path(operation: string): OperationPath {
  return ({ baseUrl, settings }) => {
    if (baseUrl.endsWith("/ai/v1")) return operation;
    return `/accounts/${encodeURIComponent(settings["accountId"] ?? "")}/ai/v1${operation}`;
  };
}

export const cloudflare = defineCompatible({
  type: "cloudflare",
  label: "Cloudflare Workers AI",
  documentation: "https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/",
  baseUrl: "https://api.cloudflare.com/client/v4",
  variablePrefix: "CLOUDFLARE",
  credentialVariables: ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"],
  settings: { accountId: { variable: "CLOUDFLARE_ACCOUNT_ID", default: "" } },
  catalogId: "cloudflare",
  catalogModels: /\//,
  modelList: null,
  quirks: { outputLimit: "max_tokens" },
  operations: {
    "chat.completions": path("/chat/completions"),
    embeddings: path("/embeddings"),
  },
});
