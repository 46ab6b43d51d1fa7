import { defineCompatible } from "./define-compatible.ts";

export const lmstudio = defineCompatible({
  type: "lmstudio",
  label: "LM Studio",
  documentation: "https://lmstudio.ai/docs/developer/openai-compat",
  baseUrl: "http://127.0.0.1:1234/v1",
  baseUrls: { adds: "/v1" },
  variablePrefix: "LMSTUDIO",
  // https://lmstudio.ai/docs/developer/rest
  richModelList: "/../api/v0/models",
  needsCredential: false,
  free: true,
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  alsoSpeaks: { "openai-responses": { "chat.completions": "/responses" } },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
  },
});
