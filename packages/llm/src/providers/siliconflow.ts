import { defineCompatible } from "./define-compatible.ts";

export const siliconflow = defineCompatible({
  type: "siliconflow",
  label: "SiliconFlow",
  documentation: "https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions",
  baseUrl: "https://api.siliconflow.com/v1",
  variablePrefix: "SILICONFLOW",
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
    rerank: "/rerank",
    "images.generations": "/images/generations",
    "audio.speech": "/audio/speech",
    "audio.transcriptions": "/audio/transcriptions",
  },
});
