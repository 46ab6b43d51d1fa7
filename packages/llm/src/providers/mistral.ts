import { defineCompatible } from "./define-compatible.ts";

export const mistral = defineCompatible({
  type: "mistral",
  label: "Mistral",
  documentation: "https://docs.mistral.ai/api",
  baseUrl: "https://api.mistral.ai/v1",
  variablePrefix: "MISTRAL",
  catalogId: "mistral",
  exampleModel: "mistral-small-latest",
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
  },
});
