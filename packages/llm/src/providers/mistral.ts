import type { PricedName } from "#catalog/pricing.ts";
import { defineCompatible } from "./define-compatible.ts";

/** The list still has the price of a model under this name that was withdrawn on 31 May 2026. */
function nameOfMistral(model: string): PricedName {
  return { model: /^mistral-large(?:-latest)?$/.test(model) ? "mistral-large-2512" : model };
}

export const mistral = defineCompatible({
  type: "mistral",
  label: "Mistral",
  documentation: "https://docs.mistral.ai/api",
  baseUrl: "https://api.mistral.ai/v1",
  variablePrefix: "MISTRAL",
  catalogId: "mistral",
  pricing: { nameOf: nameOfMistral },
  exampleModel: "mistral-small-latest",
  quirks: {
    // It is told to everybody, and who asks for it is refused, as are fields that are not in the vendor's documentation.
    streamUsage: "unasked",
    refuses: ["user", "service_tier", "logprobs", "top_logprobs", "name"],
    outputLimit: "max_tokens",
    seed: "random_seed",
    mustCall: "any",
    callIds: "nine letters or digits",
    takes: ["thinking"],
  },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
    moderations: "/moderations",
    "audio.transcriptions": "/audio/transcriptions",
  },
});
