import type { OperationPath, ProviderDefinition } from "./definition.ts";
import { geminiPricing } from "./google-pricing.ts";
import { geminiNeeds } from "./google-cloud.ts";

/** The model's own name may tell its collection, such as `tunedModels/mine`. */
function path(method: string): OperationPath {
  return ({ model, stream }) => {
    const steps = model.includes("/") ? model.split("/") : ["models", model];
    const called = method === "generateContent" && stream ? "streamGenerateContent?alt=sse" : method;
    return `/v1beta/${steps.map(encodeURIComponent).join("/")}:${called}`;
  };
}

export const google: ProviderDefinition = {
  type: "google",
  telemetryName: "gcp.gemini",
  label: "Google Gemini",
  documentation: "https://ai.google.dev/api",
  baseUrl: "https://generativelanguage.googleapis.com",
  // Its endpoints in OpenAI's dialect.
  baseUrls: { leavesOut: /\/openai$/ },
  baseUrlVariables: ["GEMINI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"],
  credentialVariables: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
  needsCredential: true,
  authentication: { header: "x-goog-api-key", prefix: "" },
  catalogId: "google",
  catalogModels: /^(?!claude)/,
  pricing: geminiPricing,
  exampleModel: "gemini-2.5-flash",
  // Newer models, and all on Vertex AI, let it stand: https://github.com/pydantic/pydantic-ai/pull/5791
  quirks: { ...geminiNeeds, models: [[/gemini-(?:1|2)/, { choiceNeedsTools: true }]] },
  modelList: "/v1beta/models?pageSize=1000",
  speaks: {
    gemini: {
      "chat.completions": path("generateContent"),
      count_tokens: path("countTokens"),
      embed_content: path("embedContent"),
      embeddings: path("batchEmbedContents"),
    },
  },
};
