import { defineCompatible } from "./define-compatible.ts";

export const moonshot = defineCompatible({
  type: "moonshot",
  label: "Moonshot AI",
  documentation: "https://platform.moonshot.ai/docs/api/chat",
  baseUrl: "https://api.moonshot.ai/v1",
  variablePrefix: "MOONSHOT",
  catalogId: "moonshotai",
  // https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model
  quirks: {
    outputLimit: "max_tokens",
    takes: ["reasoning_content"],
    wantsThoughts: { refusing: /thinking|kimi-k(?:2[.-][5-9]|[3-9])/ },
  },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
