import { defineCompatible } from "./define-compatible.ts";

export const novita = defineCompatible({
  type: "novita",
  label: "Novita AI",
  documentation: "https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion",
  baseUrl: "https://api.novita.ai/openai/v1",
  variablePrefix: "NOVITA",
  catalogId: "novita",
  catalogModels: /\//,
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
  },
});
