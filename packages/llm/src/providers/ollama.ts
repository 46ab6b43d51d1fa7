import type { OperationPath, ProviderDefinition } from "./definition.ts";

/** Its SDK's base URL has no `/v1`, but many people write it, because its OpenAI-compatible path is there. */
function compatiblePath(operation: string): OperationPath {
  return ({ baseUrl }) => (baseUrl.endsWith("/v1") ? operation : `/v1${operation}`);
}

function nativePath(operation: string): OperationPath {
  return ({ baseUrl }) => (baseUrl.endsWith("/v1") ? `/..${operation}` : operation);
}

export const ollama: ProviderDefinition = {
  type: "ollama",
  label: "Ollama",
  documentation: "https://docs.ollama.com/api",
  baseUrl: "http://127.0.0.1:11434",
  baseUrlVariables: ["OLLAMA_BASE_URL"],
  credentialVariables: ["OLLAMA_API_KEY"],
  needsCredential: false,
  authentication: { header: "authorization", prefix: "Bearer " },
  free: true,
  modelList: compatiblePath("/models"),
  // Its own dialect first: on the compatible path a model's own temperature and top_p are overridden where the client
  // named none, top_k cannot be said, and arguments of calls that are no JSON are refused.
  // https://github.com/ollama/ollama/blob/main/openai/openai.go
  speaks: {
    ollama: {
      "chat.completions": nativePath("/api/chat"),
      generate: nativePath("/api/generate"),
      embeddings: nativePath("/api/embed"),
    },
    "openai-chat": {
      "chat.completions": compatiblePath("/chat/completions"),
      completions: compatiblePath("/completions"),
      embeddings: compatiblePath("/embeddings"),
    },
  },
  quirks: { outputLimit: "max_tokens", takes: ["reasoning"] },
};
