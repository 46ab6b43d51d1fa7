import { defineCompatible } from "./define-compatible.ts";

/** The base URL ends in `/v1`, with older servers in `/v1-openai`. */
export const gpustack = defineCompatible({
  type: "gpustack",
  label: "GPUStack",
  documentation: "https://docs.gpustack.ai/latest/integrations/openai-compatible-apis/",
  baseUrl: null,
  variablePrefix: "GPUSTACK",
  needsCredential: false,
  free: true,
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
  },
});
