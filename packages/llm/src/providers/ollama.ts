import type { ProviderDefinition } from "./definition.ts";

export const ollama: ProviderDefinition = {
  type: "ollama",
  label: "Ollama",
  documentation: "https://docs.ollama.com/api",
  baseUrl: "http://127.0.0.1:11434",
  // Its SDK's base URL has no `/v1`, but many people write it, because its OpenAI-compatible path is there.
  baseUrls: { leavesOut: /\/(?:v1|api)$/ },
  baseUrlVariables: ["OLLAMA_BASE_URL"],
  credentialVariables: ["OLLAMA_API_KEY"],
  needsCredential: false,
  authentication: { header: "authorization", prefix: "Bearer " },
  free: true,
  cutsPrompts: "to half",
  modelList: "/v1/models",
  richModelList: "/api/tags",
  modelFacts: { path: "/api/show", body: (model) => ({ model }) },
  // Its own dialect first: on the compatible path a model's own temperature and top_p are overridden where the client
  // named none, top_k cannot be said, and arguments of calls that are no JSON are refused.
  // https://github.com/ollama/ollama/blob/main/openai/openai.go
  speaks: {
    ollama: {
      "chat.completions": "/api/chat",
      generate: "/api/generate",
      embeddings: "/api/embed",
      embed_content: "/api/embeddings",
    },
    "openai-chat": {
      "chat.completions": "/v1/chat/completions",
      completions: "/v1/completions",
      embeddings: "/v1/embeddings",
    },
  },
  // Its templates leave the last message of an assistant open.
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["reasoning"], prefill: "continues" },
};
