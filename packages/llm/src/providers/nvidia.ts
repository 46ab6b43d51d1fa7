import { defineCompatible } from "./define-compatible.ts";

export const nvidia = defineCompatible({
  type: "nvidia",
  label: "NVIDIA NIM",
  documentation: "https://docs.api.nvidia.com/nim/reference/llm-apis",
  baseUrl: "https://integrate.api.nvidia.com/v1",
  variablePrefix: "NVIDIA",
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" } },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
  },
});
