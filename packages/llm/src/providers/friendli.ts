import { defineCompatible } from "./define-compatible.ts";

export const friendli = defineCompatible({
  type: "friendli",
  label: "Friendli",
  documentation: "https://friendli.ai/docs/openapi/serverless/chat-completions",
  baseUrl: "https://api.friendli.ai/serverless/v1",
  variablePrefix: "FRIENDLI",
  credentialVariables: ["FRIENDLI_TOKEN", "FRIENDLI_API_KEY"],
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
  },
});
