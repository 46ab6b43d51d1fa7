import { defineCompatible } from "./define-compatible.ts";

export const perplexity = defineCompatible({
  type: "perplexity",
  label: "Perplexity",
  documentation: "https://docs.perplexity.ai/api-reference",
  baseUrl: "https://api.perplexity.ai",
  baseUrls: { leavesOut: /\/v1$/ },
  variablePrefix: "PERPLEXITY",
  catalogId: "perplexity",
  // https://docs.perplexity.ai/api-reference/chat-completions-post
  pricing: { tellsCost: true, boundless: /deep-research/ },
  exampleModel: "sonar",
  modelList: "/v1/models",
  // "After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s)."
  quirks: {
    streamUsage: "unasked",
    outputLimit: "max_tokens",
    roles: { developer: "system" },
    turns: { systemFirst: true, alternates: true, first: "user", last: "user" },
  },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/v1/embeddings",
  },
});
