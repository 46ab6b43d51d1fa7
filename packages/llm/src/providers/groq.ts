import { defineCompatible } from "./define-compatible.ts";

export const groq = defineCompatible({
  type: "groq",
  label: "Groq",
  documentation: "https://console.groq.com/docs/api-reference",
  baseUrl: "https://api.groq.com/openai/v1",
  variablePrefix: "GROQ",
  catalogId: "groq",
  operations: {
    "chat.completions": "/chat/completions",
  },
});
