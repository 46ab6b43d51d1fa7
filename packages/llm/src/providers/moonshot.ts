import { defineCompatible } from "./define-compatible.ts";

export const moonshot = defineCompatible({
  type: "moonshot",
  telemetryName: "moonshot_ai",
  label: "Moonshot AI",
  documentation: "https://platform.moonshot.ai/docs/api/chat",
  baseUrl: "https://api.moonshot.ai/v1",
  variablePrefix: "MOONSHOT",
  catalogId: "moonshotai",
  // https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model
  // https://platform.moonshot.ai/docs/guide/migrating-from-openai-to-kimi
  quirks: {
    outputLimit: "max_tokens",
    strictToolNames: true,
    takes: ["reasoning_content"],
    wantsThoughts: { refusing: /thinking|kimi-k(?:2[.-][5-9]|[3-9])/ },
    roles: { developer: "system" },
    highest: { temperature: 1 },
    filledTexts: true,
    pairs: true,
    models: [[/kimi-k(?:2[.-][5-9]|[3-9])/, { refuses: ["temperature"] }]],
  },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
