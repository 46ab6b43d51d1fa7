import { bedrockPricing } from "./bedrock-pricing.ts";
import { claude, claudeModels } from "./claude-models.ts";
import type { OperationPath, ProviderDefinition } from "./definition.ts";

/** The last part of the path says whether the answer is a stream; ids of models hold colons, and those of profiles slashes. */
function path(whole: string, streamed: string): OperationPath {
  return ({ model, stream }) => `/model/${encodeURIComponent(model)}/${stream ? streamed : whole}`;
}

/**
 * Claude is asked in its vendor's own dialect, so that clients of it lose nothing; all other models in Amazon's.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-api.html
 */
export const bedrock: ProviderDefinition = {
  type: "bedrock",
  telemetryName: "aws.bedrock",
  label: "Amazon Bedrock",
  documentation: "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html",
  baseUrl: "https://bedrock-runtime.{region}.amazonaws.com",
  fillBaseUrl: ({ region = "" }) =>
    `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`,
  baseUrlVariables: ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"],
  credentialVariables: ["AWS_BEARER_TOKEN_BEDROCK"],
  credentialParts: { needed: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], optional: ["AWS_SESSION_TOKEN"] },
  needsCredential: true,
  authentication: { kind: "aws-sigv4", service: "bedrock" },
  settings: { region: { variable: "AWS_REGION", default: "us-east-1" } },
  catalogId: "aws",
  pricing: bedrockPricing,
  // The catalogue has one row for all regions: its name is no model's.
  catalogModels: /^(?!regional\.)/,
  exampleModel: "amazon.nova-lite-v1:0",
  speaks: {
    "anthropic-messages": { "chat.completions": path("invoke", "invoke-with-response-stream") },
    "bedrock-converse": { "chat.completions": path("converse", "converse-stream") },
  },
  // A profile's ARN that does not name its model is asked in Amazon's dialect, which all models know.
  modelsOf: { "anthropic-messages": /(?:^|[./])anthropic\./ },
  quirks: {
    ...claude,
    toolsOfCalls: true,
    // "A conversation must start with a user message."
    turns: { first: "user" },
    models: [...claudeModels, [/^(?!.*claude)/, { turns: { last: "user" } }]],
    envelope: {
      leavesOut: ["model", "stream"],
      adds: { anthropic_version: "bedrock-2023-05-31" },
      listsOfHeaders: { anthropic_beta: "anthropic-beta" },
      // In the body the newest version of the API is for some models only, and the older one for all.
      dropsHeaders: ["anthropic-version", "anthropic-beta"],
    },
    errorTypeHeader: "x-amzn-errortype",
  },
};
