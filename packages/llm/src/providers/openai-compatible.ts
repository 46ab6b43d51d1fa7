import { defineCompatible } from "./define-compatible.ts";
import { thinkingModels } from "./thinking-models.ts";

/** Any other server that speaks the dialect: vLLM, llama.cpp, LM Studio, SGLang, a company's own gateway. */
export const openaiCompatible = defineCompatible({
  type: "openai-compatible",
  label: "OpenAI-compatible server",
  documentation: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
  baseUrl: null,
  variablePrefix: "OPENAI_COMPATIBLE",
  needsCredential: false,
  // "When using `tool_choice`, `tools` must be set."
  quirks: { choiceNeedsTools: true, models: thinkingModels },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
    moderations: "/moderations",
    "images.generations": "/images/generations",
    "images.edits": "/images/edits",
    "audio.speech": "/audio/speech",
    "audio.transcriptions": "/audio/transcriptions",
    "audio.translations": "/audio/translations",
    realtime: ({ model }) => `/realtime?model=${encodeURIComponent(model)}`,
    rerank: "/rerank",
  },
});
