import type { PricedName } from "#catalog/pricing.ts";
import { claudeModels } from "./claude-models.ts";
import { defineCompatible } from "./define-compatible.ts";

/** What is free is said in the name; other words behind it lead to other sellers, at their prices. */
function nameOfOpenrouter(model: string): PricedName | null {
  if (model.endsWith(":free")) return { model, isFree: true };
  return /:(?:nitro|floor|exacto|online)$/.test(model) || model === "openrouter/auto" ? null : { model };
}

export const openrouter = defineCompatible({
  type: "openrouter",
  label: "OpenRouter",
  documentation: "https://openrouter.ai/docs/api-reference",
  baseUrl: "https://openrouter.ai/api/v1",
  variablePrefix: "OPENROUTER",
  catalogId: "openrouter",
  catalogModels: /\//,
  // https://openrouter.ai/docs/use-cases/usage-accounting
  pricing: { nameOf: nameOfOpenrouter, tellsCost: true },
  exampleModel: "openai/gpt-4o-mini",
  quirks: { models: claudeModels, takes: ["top_k", "cache_control", "reasoning_details"] },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
  },
  alsoSpeaks: { "openai-responses": { "chat.completions": "/responses" } },
});
