import { defineCompatible } from "./define-compatible.ts";

export const moonshot = defineCompatible({
  type: "moonshot",
  label: "Moonshot AI",
  documentation: "https://platform.moonshot.ai/docs/api/chat",
  baseUrl: "https://api.moonshot.ai/v1",
  variablePrefix: "MOONSHOT",
  catalogId: "moonshotai",
  quirks: { outputLimit: "max_tokens", takes: ["reasoning_content"] },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
