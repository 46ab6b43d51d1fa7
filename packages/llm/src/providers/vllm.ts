import { defineCompatible } from "./define-compatible.ts";
import { thinkingModels } from "./thinking-models.ts";

export const vllm = defineCompatible({
  type: "vllm",
  label: "vLLM",
  documentation: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
  baseUrl: "http://127.0.0.1:8000/v1",
  baseUrls: { adds: "/v1" },
  variablePrefix: "VLLM",
  needsCredential: false,
  free: true,
  // "When using `tool_choice`, `tools` must be set."
  quirks: { choiceNeedsTools: true, takes: ["top_k"], roles: { developer: "system" }, models: thinkingModels },
  alsoSpeaks: { "openai-responses": { "chat.completions": "/responses", responses: "/responses" } },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
    rerank: "/rerank",
    "audio.transcriptions": "/audio/transcriptions",
    "audio.translations": "/audio/translations",
  },
});
