import { defineCompatible } from "./define-compatible.ts";

export const cerebras = defineCompatible({
  type: "cerebras",
  label: "Cerebras",
  documentation: "https://inference-docs.cerebras.ai/api-reference",
  baseUrl: "https://api.cerebras.ai/v1",
  variablePrefix: "CEREBRAS",
  catalogId: "cerebras",
  exampleModel: "llama3.1-8b",
  // https://inference-docs.cerebras.ai/resources/openai
  quirks: {
    streamUsage: "unasked",
    refuses: ["frequency_penalty", "presence_penalty"],
    // "property 'messages.2.assistant.reasoning_content' is unsupported"
    messageFields: {
      assistant: ["role", "content", "tool_calls", "name", "reasoning"],
    },
  },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
  },
});
