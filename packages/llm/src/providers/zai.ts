import { defineCompatible } from "./define-compatible.ts";

export const zai = defineCompatible({
  type: "zai",
  label: "Z.AI",
  documentation: "https://docs.z.ai/api-reference/llm/chat-completion",
  baseUrl: "https://api.z.ai/api/paas/v4",
  variablePrefix: "ZAI",
  catalogId: "zai",
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["reasoning_content"] },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
