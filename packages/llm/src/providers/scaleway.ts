import { defineCompatible } from "./define-compatible.ts";

export const scaleway = defineCompatible({
  type: "scaleway",
  label: "Scaleway Generative APIs",
  documentation: "https://www.scaleway.com/en/docs/generative-apis/",
  baseUrl: "https://api.scaleway.ai/v1",
  variablePrefix: "SCALEWAY",
  credentialVariables: ["SCALEWAY_API_KEY", "SCW_SECRET_KEY"],
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" } },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
  },
});
