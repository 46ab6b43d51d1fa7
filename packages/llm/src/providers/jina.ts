import { defineCompatible } from "./define-compatible.ts";

export const jina = defineCompatible({
  type: "jina",
  label: "Jina AI",
  documentation: "https://api.jina.ai/redoc",
  baseUrl: "https://api.jina.ai/v1",
  variablePrefix: "JINA",
  modelList: null,
  operations: {
    embeddings: "/embeddings",
    rerank: "/rerank",
  },
});
