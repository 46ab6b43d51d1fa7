import { defineCompatible } from "./define-compatible.ts";

export const ai21 = defineCompatible({
  type: "ai21",
  label: "AI21 Labs",
  documentation: "https://docs.ai21.com/reference/jamba-1-6-api-ref",
  baseUrl: "https://api.ai21.com/studio/v1",
  variablePrefix: "AI21",
  modelList: null,
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" } },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
