import { defineCompatible } from "./define-compatible.ts";
import { grokModels } from "./grok-models.ts";

export const xai = defineCompatible({
  type: "xai",
  telemetryName: "x_ai",
  label: "xAI",
  documentation: "https://docs.x.ai/docs/api-reference",
  baseUrl: "https://api.x.ai/v1",
  variablePrefix: "XAI",
  catalogId: "x-ai",
  // https://docs.x.ai/developers/cost-tracking
  pricing: { tellsCost: true, hiddenTokens: 1_000 },
  exampleModel: "grok-3-mini",
  quirks: { wholePairs: true, refusesUsual: true, stops: { most: 4 }, choiceNeedsTools: true, models: grokModels },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    "images.generations": "/images/generations",
  },
  alsoSpeaks: { "openai-responses": { "chat.completions": "/responses", responses: "/responses" } },
});
