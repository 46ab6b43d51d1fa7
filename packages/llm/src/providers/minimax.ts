import { defineCompatible } from "./define-compatible.ts";

export const minimax = defineCompatible({
  type: "minimax",
  label: "MiniMax",
  documentation: "https://platform.minimax.io/docs/api-reference/text-openai-api",
  baseUrl: "https://api.minimax.io/v1",
  variablePrefix: "MINIMAX",
  catalogId: "minimax",
  modelList: null,
  operations: {
    "chat.completions": "/chat/completions",
  },
});
