import { defineCompatible } from "./define-compatible.ts";

export const deepinfra = defineCompatible({
  type: "deepinfra",
  label: "DeepInfra",
  documentation: "https://deepinfra.com/docs/openai_api",
  baseUrl: "https://api.deepinfra.com/v1/openai",
  variablePrefix: "DEEPINFRA",
  credentialVariables: ["DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"],
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" } },
  operations: {
    "chat.completions": "/chat/completions",
    completions: "/completions",
    embeddings: "/embeddings",
    "images.generations": "/images/generations",
    "audio.speech": "/audio/speech",
    "audio.transcriptions": "/audio/transcriptions",
  },
});
