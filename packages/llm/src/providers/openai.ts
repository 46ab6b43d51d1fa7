import { defineCompatible } from "./define-compatible.ts";
import { openaiPricing } from "./openai-pricing.ts";
import { openaiModels, openaiNeeds } from "./openai-models.ts";

export const openai = defineCompatible({
  type: "openai",
  label: "OpenAI",
  documentation: "https://platform.openai.com/docs/api-reference",
  baseUrl: "https://api.openai.com/v1",
  variablePrefix: "OPENAI",
  catalogId: "openai",
  pricing: openaiPricing,
  exampleModel: "gpt-4o-mini",
  quirks: { ...openaiNeeds, models: openaiModels },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
    moderations: "/moderations",
    "images.generations": "/images/generations",
    "images.edits": "/images/edits",
    "images.variations": "/images/variations",
    "audio.speech": "/audio/speech",
    "audio.transcriptions": "/audio/transcriptions",
    "audio.translations": "/audio/translations",
    realtime: ({ model }) => `/realtime?model=${encodeURIComponent(model)}`,
    files: "/files",
    batches: "/batches",
  },
  alsoSpeaks: {
    "openai-responses": {
      "chat.completions": "/responses",
      "responses.compact": "/responses/compact",
      count_tokens: "/responses/input_tokens",
      responses: "/responses",
    },
  },
});
