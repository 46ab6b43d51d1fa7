import type { Place, PricedName } from "#catalog/pricing.ts";
import { claudeAt } from "./claude-pricing.ts";
import { onlyClaude } from "./claude-models.ts";
import type { OperationPath, ProviderDefinition } from "./definition.ts";
import { vertexAuthentication, vertexHost } from "./google-cloud.ts";

const path: OperationPath = ({ model, stream, settings }) => {
  const { project = "", location = "" } = settings;
  const place = `/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}`;
  // Versions of models stand behind an `@`, which Google wants to read as it is.
  const name = encodeURIComponent(model).replaceAll("%40", "@");
  return `${place}/publishers/anthropic/models/${name}:${stream ? "streamRawPredict" : "rawPredict"}`;
};

function nameOnVertex(model: string, { settings: { location = "" } }: Place): PricedName {
  return claudeAt(model, location === "global" ? null : { times: 11, per: 10 });
}

/** Variables are those of the vendor's own SDK for Vertex. */
export const vertexAnthropic: ProviderDefinition = {
  type: "vertex-anthropic",
  telemetryName: "gcp.vertex_ai",
  label: "Claude on Google Vertex AI",
  documentation: "https://docs.anthropic.com/en/api/claude-on-vertex-ai",
  baseUrl: "https://{location}-aiplatform.googleapis.com/v1",
  fillBaseUrl: ({ location = "" }) => `https://${vertexHost(location)}/v1`,
  baseUrls: { adds: "/v1", leavesOut: /\/projects\/.*$/ },
  baseUrlVariables: ["ANTHROPIC_VERTEX_BASE_URL"],
  credentialVariables: ["ANTHROPIC_VERTEX_CREDENTIALS"],
  credentialFiles: ["GOOGLE_APPLICATION_CREDENTIALS"],
  needsCredential: true,
  authentication: vertexAuthentication,
  settings: {
    project: { variable: "ANTHROPIC_VERTEX_PROJECT_ID", default: "", needed: true },
    location: { variable: "CLOUD_ML_REGION", default: "global" },
  },
  catalogId: "google",
  catalogModels: /^claude-[a-z]+-\d/,
  pricing: { nameOf: nameOnVertex, fees: { webSearch: 10_000_000 } },
  exampleModel: "claude-haiku-4-5",
  speaks: { "anthropic-messages": { "chat.completions": path } },
  quirks: {
    models: onlyClaude,
    envelope: {
      leavesOut: ["model"],
      adds: { anthropic_version: "vertex-2023-10-16" },
      dropsHeaders: ["anthropic-version"],
    },
  },
};
