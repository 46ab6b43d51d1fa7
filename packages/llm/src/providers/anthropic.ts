import { onlyClaude } from "./claude-models.ts";
import type { ProviderDefinition } from "./definition.ts";

export const anthropic: ProviderDefinition = {
  type: "anthropic",
  label: "Anthropic",
  documentation: "https://docs.anthropic.com/en/api/messages",
  baseUrl: "https://api.anthropic.com",
  baseUrlVariables: ["ANTHROPIC_BASE_URL"],
  credentialVariables: ["ANTHROPIC_API_KEY"],
  needsCredential: true,
  authentication: { header: "x-api-key", prefix: "" },
  headers: { "anthropic-version": "2023-06-01" },
  catalogId: "anthropic",
  // https://platform.claude.com/docs/en/about-claude/pricing
  pricing: {
    geographies: { us: { times: 11, per: 10 } },
    fees: { webSearch: 10_000_000 },
    pictureTokens: [{ models: /^/, most: 4_800 }],
  },
  exampleModel: "claude-haiku-4-5",
  modelList: "/v1/models?limit=1000",
  quirks: { models: onlyClaude },
  speaks: {
    "anthropic-messages": { "chat.completions": "/v1/messages", count_tokens: "/v1/messages/count_tokens" },
  },
};
