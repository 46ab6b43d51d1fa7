import { claudeModels } from "./claude-models.ts";
import { defineCompatible } from "./define-compatible.ts";

export const vercelAiGateway = defineCompatible({
  type: "vercel-ai-gateway",
  label: "Vercel AI Gateway",
  documentation: "https://vercel.com/docs/ai-gateway/openai-compat",
  baseUrl: "https://ai-gateway.vercel.sh/v1",
  // https://vercel.com/docs/ai-gateway/openai-compat
  pricing: { tellsCost: true },
  variablePrefix: "AI_GATEWAY",
  quirks: { models: claudeModels, outputLimit: "max_tokens", takes: ["reasoning_details"] },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
  },
});
