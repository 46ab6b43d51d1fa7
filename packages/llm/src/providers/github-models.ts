import { defineCompatible } from "./define-compatible.ts";
import { openaiModels } from "./openai-models.ts";

/** The key is a token with the permission `models:read`. */
export const githubModels = defineCompatible({
  type: "github-models",
  label: "GitHub Models",
  documentation: "https://docs.github.com/en/rest/models/inference",
  baseUrl: "https://models.github.ai/inference",
  variablePrefix: "GITHUB_MODELS",
  modelList: null,
  quirks: { outputLimit: "max_tokens", models: openaiModels },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
  },
});
