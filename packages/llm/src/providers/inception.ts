import { defineCompatible } from "./define-compatible.ts";

export const inception = defineCompatible({
  type: "inception",
  label: "Inception",
  documentation: "https://docs.inceptionlabs.ai",
  baseUrl: "https://api.inceptionlabs.ai/v1",
  variablePrefix: "INCEPTION",
  quirks: { outputLimit: "max_tokens" },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
