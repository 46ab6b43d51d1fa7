import { defineCompatible } from "./define-compatible.ts";

export const groq = defineCompatible({
  type: "groq",
  label: "Groq",
  documentation: "https://console.groq.com/docs/api-reference",
  baseUrl: "https://api.groq.com/openai/v1",
  variablePrefix: "GROQ",
  catalogId: "groq",
  exampleModel: "llama-3.1-8b-instant",
  operations: {
    "chat.completions": "/chat/completions",
  },
  alsoSpeaks: { "openai-responses": { "chat.completions": "/responses" } },
});
