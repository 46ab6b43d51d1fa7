import { claudeModels } from "./claude-models.ts";
import { defineCompatible } from "./define-compatible.ts";

/** An add-on, whose own names of the variables end in those of its alias: `INFERENCE_URL` has no `/v1`. */
export const heroku = defineCompatible({
  type: "heroku",
  label: "Heroku Managed Inference",
  documentation: "https://devcenter.heroku.com/articles/heroku-inference-api-v1-chat-completions",
  baseUrl: "https://us.inference.heroku.com",
  variablePrefix: "HEROKU",
  credentialVariables: ["HEROKU_API_KEY", "INFERENCE_KEY"],
  baseUrlVariables: ["HEROKU_BASE_URL", "INFERENCE_URL"],
  modelList: null,
  quirks: { models: claudeModels, outputLimit: "max_tokens" },
  operations: {
    "chat.completions": "/v1/chat/completions",
    embeddings: "/v1/embeddings",
  },
});
