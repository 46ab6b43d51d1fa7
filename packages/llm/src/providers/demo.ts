import { defineCompatible } from "./define-compatible.ts";

/** Answers on this machine, so that a newcomer sees the whole path work before any vendor is configured. */
export const demo = defineCompatible({
  type: "demo",
  label: "Demo (built in, calls no vendor)",
  documentation: "docs/getting-started.md",
  baseUrl: null,
  variablePrefix: "GHOSTLLM_DEMO",
  needsCredential: false,
  free: true,
  exampleModel: "demo",
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
  },
});
