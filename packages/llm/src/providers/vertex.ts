import type { OperationPath, ProviderDefinition } from "./definition.ts";

/**
 * The model's publisher is part of the path. The base URL is the location's, which has its name in front, but for `global`:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations
 */
function path(method: string): OperationPath {
  return ({ model, stream, settings }) => {
    const { project = "", location = "" } = settings;
    const called = method === "generateContent" && stream ? "streamGenerateContent?alt=sse" : method;
    const steps = ["projects", project, "locations", location, "publishers", "google", "models", model];
    return `/v1/${steps.map(encodeURIComponent).join("/")}:${called}`;
  };
}

export const vertex: ProviderDefinition = {
  type: "vertex",
  label: "Google Vertex AI",
  documentation: "https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
  baseUrl: "https://aiplatform.googleapis.com",
  baseUrlVariables: ["VERTEX_BASE_URL", "GOOGLE_VERTEX_BASE_URL"],
  credentialVariables: ["VERTEX_API_KEY", "VERTEX_ACCESS_TOKEN"],
  needsCredential: true,
  authentication: { header: "authorization", prefix: "Bearer " },
  settings: {
    project: { variable: "GOOGLE_CLOUD_PROJECT", default: "" },
    location: { variable: "GOOGLE_CLOUD_LOCATION", default: "global" },
  },
  catalogId: "google",
  exampleModel: "gemini-2.5-flash",
  speaks: {
    gemini: {
      "chat.completions": path("generateContent"),
      count_tokens: path("countTokens"),
      embed_content: path("embedContent"),
    },
  },
};
