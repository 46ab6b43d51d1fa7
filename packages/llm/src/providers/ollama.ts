import { defineCompatible } from "./define-compatible.ts";
import type { OperationPath } from "./definition.ts";

/** Its SDK's base URL has no `/v1`, but many people write it, because its OpenAI-compatible path is there. */
function path(operation: string): OperationPath {
  return ({ baseUrl }) => (baseUrl.endsWith("/v1") ? operation : `/v1${operation}`);
}

export const ollama = defineCompatible({
  type: "ollama",
  label: "Ollama",
  documentation: "https://github.com/ollama/ollama/blob/main/docs/openai.md",
  baseUrl: "http://127.0.0.1:11434",
  variablePrefix: "OLLAMA",
  needsCredential: false,
  free: true,
  modelList: path("/models"),
  operations: {
    "chat.completions": path("/chat/completions"),
    completions: path("/completions"),
    embeddings: path("/embeddings"),
  },
});
