import { defineCompatible } from "./define-compatible.ts";

export const sambanova = defineCompatible({
  type: "sambanova",
  label: "SambaNova",
  documentation: "https://docs.sambanova.ai/docs/en/api-reference/overview",
  baseUrl: "https://api.sambanova.ai/v1",
  variablePrefix: "SAMBANOVA",
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
  },
});
