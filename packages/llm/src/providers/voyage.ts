import { defineCompatible } from "./define-compatible.ts";

export const voyage = defineCompatible({
  type: "voyage",
  label: "Voyage AI",
  documentation: "https://docs.voyageai.com/reference/embeddings-api",
  baseUrl: "https://api.voyageai.com/v1",
  variablePrefix: "VOYAGE",
  catalogId: "voyageai",
  modelList: null,
  operations: {
    embeddings: "/embeddings",
    rerank: "/rerank",
  },
});
