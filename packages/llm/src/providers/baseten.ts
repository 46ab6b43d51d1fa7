import { defineCompatible } from "./define-compatible.ts";

export const baseten = defineCompatible({
  type: "baseten",
  label: "Baseten",
  documentation: "https://docs.baseten.co/development/model-apis/overview",
  baseUrl: "https://inference.baseten.co/v1",
  variablePrefix: "BASETEN",
  catalogId: "baseten",
  catalogModels: /\//,
  quirks: { takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
