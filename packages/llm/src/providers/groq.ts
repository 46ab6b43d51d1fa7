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
  quirks: { refuses: ["logprobs", "top_logprobs", "name", "n"] },
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
