import type { PricedName } from "#catalog/pricing.ts";
import { defineCompatible } from "./define-compatible.ts";

/** The list still has the price of a model under this name that was withdrawn on 31 May 2026. */
function nameOfMistral(model: string): PricedName {
  return { model: /^mistral-large(?:-latest)?$/.test(model) ? "mistral-large-2512" : model };
}

export const mistral = defineCompatible({
  type: "mistral",
  telemetryName: "mistral_ai",
  label: "Mistral",
  documentation: "https://docs.mistral.ai/api",
  baseUrl: "https://api.mistral.ai/v1",
  variablePrefix: "MISTRAL",
  catalogId: "mistral",
  pricing: { nameOf: nameOfMistral },
  exampleModel: "mistral-small-latest",
  // https://github.com/mistralai/client-python/tree/main/src/mistralai/client/models
  quirks: {
    // It is told to everybody, and who asks for it is refused, as are fields that are not in the vendor's documentation.
    streamUsage: "unasked",
    wholePairs: true,
    refusesUsual: true,
    refuses: [
      ...["user", "service_tier", "logprobs", "top_logprobs", "logit_bias", "store", "stream_options", "modalities"],
      ...["audio", "verbosity", "safety_identifier", "prompt_cache_retention", "web_search_options", "functions"],
      ...["function_call", "thinking", "reasoning", "enable_thinking"],
    ],
    outputLimit: "max_tokens",
    seed: "random_seed",
    mustCall: "any",
    callIds: "nine letters or digits",
    takes: ["thinking"],
    roles: { developer: "system" },
    messageFields: {
      system: ["role", "content"],
      user: ["role", "content"],
      assistant: ["role", "content", "tool_calls", "prefix"],
      tool: ["role", "content", "tool_call_id", "name"],
    },
    choiceNeedsTools: true,
    strictToolNames: true,
    filledTexts: true,
    pairs: true,
    // "Expected last role User or Tool (or Assistant with prefix True)", "Unexpected role 'user' after role 'tool'"
    turns: { systemFirst: true, repliesToResults: true, last: "prefix" },
    prefill: "repeats",
  },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
    moderations: "/moderations",
    "audio.transcriptions": "/audio/transcriptions",
  },
});
