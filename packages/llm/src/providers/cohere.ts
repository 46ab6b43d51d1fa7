import { defineCompatible } from "./define-compatible.ts";

export const cohere = defineCompatible({
  type: "cohere",
  label: "Cohere",
  documentation: "https://docs.cohere.com/docs/compatibility-api",
  baseUrl: "https://api.cohere.com",
  baseUrls: { leavesOut: /\/(?:compatibility\/v1|compatibility|v\d)$/ },
  variablePrefix: "COHERE",
  credentialVariables: ["COHERE_API_KEY", "CO_API_KEY"],
  catalogId: "cohere",
  modelList: "/v1/models?page_size=1000",
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" } },
  operations: {
    "chat.completions": "/compatibility/v1/chat/completions",
    embeddings: "/compatibility/v1/embeddings",
    rerank: "/v2/rerank",
  },
});
