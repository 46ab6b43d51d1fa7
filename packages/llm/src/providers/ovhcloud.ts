import { defineCompatible } from "./define-compatible.ts";

export const ovhcloud = defineCompatible({
  type: "ovhcloud",
  label: "OVHcloud AI Endpoints",
  documentation: "https://help.ovhcloud.com/csm/en-public-cloud-ai-endpoints",
  baseUrl: "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1",
  variablePrefix: "OVHCLOUD",
  catalogId: "ovhcloud",
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" } },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
  },
});
