import { defineCompatible } from "./define-compatible.ts";

export const groq = defineCompatible({
  type: "groq",
  label: "Groq",
  documentation: "https://console.groq.com/docs/api-reference",
  baseUrl: "https://api.groq.com/openai/v1",
  variablePrefix: "GROQ",
  catalogId: "groq",
  // https://console.groq.com/docs/service-tiers
  pricing: { classes: [{ name: "flex", times: 1, per: 1 }] },
  exampleModel: "llama-3.1-8b-instant",
  // https://console.groq.com/docs/openai
  quirks: {
    refusesUsual: true,
    refuses: ["logprobs", "top_logprobs", "logit_bias", "reasoning", "thinking"],
    // "property 'reasoning_content' is unsupported": https://github.com/groq/groq-python/tree/main/src/groq/types/chat
    messageFields: {
      system: ["role", "content"],
      developer: ["role", "content"],
      user: ["role", "content"],
      assistant: ["role", "content", "tool_calls", "function_call", "reasoning"],
      tool: ["role", "content", "tool_call_id"],
    },
    highest: { n: 1 },
    stops: { most: 4 },
    choiceNeedsTools: true,
    strictToolNames: true,
    pairs: true,
  },
  operations: {
    "chat.completions": "/chat/completions",
    "audio.transcriptions": "/audio/transcriptions",
    "audio.translations": "/audio/translations",
    "audio.speech": "/audio/speech",
    // https://console.groq.com/docs/batch
    files: "/files",
    batches: "/batches",
  },
  alsoSpeaks: { "openai-responses": { "chat.completions": "/responses" } },
});
