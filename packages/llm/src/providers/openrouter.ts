import { defineCompatible } from "./define-compatible.ts";

export const openrouter = defineCompatible({
  type: "openrouter",
  label: "OpenRouter",
  documentation: "https://openrouter.ai/docs/api-reference",
  baseUrl: "https://openrouter.ai/api/v1",
  variablePrefix: "OPENROUTER",
  catalogId: "openrouter",
  exampleModel: "openai/gpt-4o-mini",
  quirks: { outputLimit: "max_tokens", takes: ["top_k", "cache_control", "reasoning_details"] },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
  },
  alsoSpeaks: { "openai-responses": { "chat.completions": "/responses" } },
});
