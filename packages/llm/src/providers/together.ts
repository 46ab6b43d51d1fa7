import { defineCompatible } from "./define-compatible.ts";

export const together = defineCompatible({
  type: "together",
  label: "Together AI",
  documentation: "https://docs.together.ai/reference",
  baseUrl: "https://api.together.xyz/v1",
  variablePrefix: "TOGETHER",
  catalogId: "together",
  catalogModels: /\//,
  exampleModel: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
  // The usage chunk comes whether it was asked for or not.
  quirks: { streamUsage: "unasked", outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
    "images.generations": "/images/generations",
    "audio.speech": "/audio/speech",
    "audio.transcriptions": "/audio/transcriptions",
    rerank: "/rerank",
  },
});
