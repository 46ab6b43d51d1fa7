import { defineCompatible } from "./define-compatible.ts";

export const featherless = defineCompatible({
  type: "featherless",
  label: "Featherless AI",
  documentation: "https://featherless.ai/docs",
  baseUrl: "https://api.featherless.ai/v1",
  variablePrefix: "FEATHERLESS",
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
  },
});
