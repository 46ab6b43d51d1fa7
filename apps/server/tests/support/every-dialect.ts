// The same short question in every client's dialect, and a vendor for each dialect that speaks no other.

import { dialects } from "@ghostllm/llm";
import type { ClientDialectName, ProviderDefinition } from "@ghostllm/llm";
import { providerNamed } from "./gateway.ts";

export const names = Object.keys(dialects) as ClientDialectName[];

interface Asking {
  readonly path: string;
  readonly body: object;
}

const user = { role: "user", content: "Hi" };

export const askings: Readonly<Record<ClientDialectName, (model: string, stream: boolean) => Asking>> = {
  "openai-chat": (model, stream) => ({ path: "/v1/chat/completions", body: { model, stream, messages: [user] } }),
  "openai-responses": (model, stream) => ({ path: "/v1/responses", body: { model, stream, input: "Hi" } }),
  "anthropic-messages": (model, stream) => ({
    path: "/v1/messages",
    body: { model, stream, max_tokens: 9, messages: [user] },
  }),
  gemini: (model, stream) => ({
    path: `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: { contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
  }),
  ollama: (model, stream) => ({ path: "/api/chat", body: { model, stream, messages: [user] } }),
};

/** A provider whose own dialect each is. */
const vendors: Readonly<Record<ClientDialectName, string>> = {
  "openai-chat": "openai-compatible",
  "openai-responses": "openai",
  "anthropic-messages": "anthropic",
  gemini: "google",
  ollama: "ollama",
};

/** Some speak several. */
export function speakingOnly(vendor: ClientDialectName): ProviderDefinition {
  const { modelsOf: _all, ...definition } = providerNamed(vendors[vendor]);
  return { ...definition, speaks: { [vendor]: definition.speaks[vendor] } };
}
