import { defineCompatible } from "./define-compatible.ts";

export const llamacpp = defineCompatible({
  type: "llamacpp",
  label: "llama.cpp server",
  documentation: "https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
  baseUrl: "http://127.0.0.1:8080/v1",
  baseUrls: { adds: "/v1" },
  variablePrefix: "LLAMACPP",
  // What the model's template takes, and how much fits into a request: beside `/v1`, not below it.
  serverFacts: "/../props",
  needsCredential: false,
  free: true,
  quirks: {
    wholePairs: true,
    outputLimit: "max_tokens",
    roles: { developer: "system" },
    takes: ["top_k", "reasoning_content"],
    // In streams; an answer as a whole repeats it.
    prefill: "continues",
  },
  // It counts in the other dialects what is asked in them.
  alsoSpeaks: {
    "anthropic-messages": { count_tokens: "/messages/count_tokens" },
    "openai-responses": { count_tokens: "/responses/input_tokens" },
  },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
    rerank: "/rerank",
  },
});
