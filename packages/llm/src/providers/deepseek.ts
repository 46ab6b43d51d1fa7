import type { PricedName } from "#catalog/pricing.ts";
import { defineCompatible } from "./define-compatible.ts";

/** These names were retired on 24 July 2026: what still answers to them is charged by nobody knows which price. */
const retired = /^deepseek-(?:chat|reasoner|r1|coder)/;

function nameOfDeepseek(model: string): PricedName | null {
  return retired.test(model) ? null : { model };
}

export const deepseek = defineCompatible({
  type: "deepseek",
  label: "DeepSeek",
  documentation: "https://api-docs.deepseek.com",
  baseUrl: "https://api.deepseek.com",
  variablePrefix: "DEEPSEEK",
  catalogId: "deepseek",
  // Dearer hours are those of working days: https://api-docs.deepseek.com/quick_start/pricing
  pricing: { nameOf: nameOfDeepseek, peakDays: [1, 2, 3, 4, 5] },
  exampleModel: "deepseek-chat",
  // In a thinking model's calls of tools its thoughts must come back; elsewhere they are ignored.
  // https://api-docs.deepseek.com/guides/thinking_mode
  quirks: {
    streamUsage: "unasked",
    outputLimit: "max_tokens",
    strictToolNames: true,
    takes: ["reasoning_content"],
    wantsThoughts: { refusing: /reasoner|deepseek-v(?:3\.2|[4-9])/ },
    // "lone leading surrogate in hex escape"
    wholePairs: true,
    roles: { developer: "system" },
    pairs: true,
    // "Thinking mode does not support this tool_choice"
    models: [[/reasoner|-v4/, { forcedCalls: "refused next to thoughts" }]],
  },
  operations: {
    "chat.completions": "/chat/completions",
  },
  alsoSpeaks: { "openai-responses": { "chat.completions": "/responses" } },
});
