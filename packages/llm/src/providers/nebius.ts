import { defineCompatible } from "./define-compatible.ts";

export const nebius = defineCompatible({
  type: "nebius",
  label: "Nebius Token Factory",
  documentation: "https://docs.tokenfactory.nebius.com/api-reference/introduction",
  baseUrl: "https://api.tokenfactory.nebius.com/v1",
  variablePrefix: "NEBIUS",
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
    "images.generations": "/images/generations",
  },
});
