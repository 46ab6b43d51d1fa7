import { defineCompatible } from "./define-compatible.ts";

export const hyperbolic = defineCompatible({
  type: "hyperbolic",
  label: "Hyperbolic",
  documentation: "https://docs.hyperbolic.xyz/docs/rest-api",
  baseUrl: "https://api.hyperbolic.xyz/v1",
  variablePrefix: "HYPERBOLIC",
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
  },
});
