import { defineCompatible } from "./define-compatible.ts";

export const fireworks = defineCompatible({
  type: "fireworks",
  label: "Fireworks AI",
  documentation: "https://docs.fireworks.ai/api-reference",
  baseUrl: "https://api.fireworks.ai/inference/v1",
  variablePrefix: "FIREWORKS",
  catalogId: "fireworks",
  // The list's ids are not those that the vendor takes, `accounts/fireworks/models/...`.
  catalogModels: /^accounts\//,
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k", "reasoning_content"] },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
    rerank: "/rerank",
  },
});
