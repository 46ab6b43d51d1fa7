import { bedrockPricing } from "./bedrock-pricing.ts";
import { claudeModels } from "./claude-models.ts";
import { defineCompatible } from "./define-compatible.ts";

/** Amazon's endpoint for OpenAI's own formats, of which its keys are other ones than those that requests are signed with. */
export const bedrockMantle = defineCompatible({
  type: "bedrock-mantle",
  telemetryName: "aws.bedrock",
  label: "Amazon Bedrock, OpenAI-compatible",
  documentation: "https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html",
  baseUrl: "https://bedrock-mantle.{region}.api.aws/v1",
  fillBaseUrl: ({ region = "" }) => `https://bedrock-mantle.${region}.api.aws/v1`,
  variablePrefix: "BEDROCK_MANTLE",
  settings: { region: { variable: "AWS_REGION", default: "us-east-1" } },
  catalogId: "aws",
  pricing: bedrockPricing,
  catalogModels: /^(?!regional\.)/,
  alsoSpeaks: { "openai-responses": { "chat.completions": "/responses" } },
  quirks: { models: claudeModels },
  operations: { "chat.completions": "/chat/completions" },
});
