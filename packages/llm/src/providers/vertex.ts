import type { OperationPath, ProviderDefinition } from "./definition.ts";
import { geminiPricing } from "./google-pricing.ts";
import { geminiNeeds, vertexAuthentication, vertexHost } from "./google-cloud.ts";

/** The model's publisher is part of the path. */
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
  telemetryName: "gcp.vertex_ai",
  label: "Google Vertex AI",
  documentation: "https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
  baseUrl: "https://{location}-aiplatform.googleapis.com",
  fillBaseUrl: ({ location = "" }) => `https://${vertexHost(location)}`,
  baseUrls: { leavesOut: /\/projects\/.*$/ },
  baseUrlVariables: ["VERTEX_BASE_URL", "GOOGLE_VERTEX_BASE_URL"],
  credentialVariables: ["VERTEX_CREDENTIALS", "VERTEX_API_KEY"],
  credentialFiles: ["GOOGLE_APPLICATION_CREDENTIALS"],
  needsCredential: true,
  authentication: vertexAuthentication,
  settings: {
    project: { variable: "GOOGLE_CLOUD_PROJECT", default: "", needed: true },
    location: { variable: "GOOGLE_CLOUD_LOCATION", default: "global" },
  },
  catalogId: "google",
  catalogModels: /^(?!claude)/,
  pricing: geminiPricing,
  exampleModel: "gemini-2.5-flash",
  quirks: geminiNeeds,
  speaks: {
    gemini: {
      "chat.completions": path("generateContent"),
      count_tokens: path("countTokens"),
      embed_content: path("embedContent"),
    },
  },
};
