import { defineCompatible } from "./define-compatible.ts";

export const huggingface = defineCompatible({
  type: "huggingface",
  label: "Hugging Face Inference Providers",
  documentation: "https://huggingface.co/docs/inference-providers",
  baseUrl: "https://router.huggingface.co/v1",
  variablePrefix: "HUGGINGFACE",
  credentialVariables: ["HF_TOKEN", "HUGGINGFACE_API_KEY"],
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" } },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
