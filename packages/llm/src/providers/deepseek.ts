import { defineCompatible } from "./define-compatible.ts";

export const deepseek = defineCompatible({
  type: "deepseek",
  label: "DeepSeek",
  documentation: "https://api-docs.deepseek.com",
  baseUrl: "https://api.deepseek.com",
  variablePrefix: "DEEPSEEK",
  catalogId: "deepseek",
  exampleModel: "deepseek-chat",
  operations: {
    "chat.completions": "/chat/completions",
  },
  alsoSpeaks: { "openai-responses": { "chat.completions": "/responses" } },
});
