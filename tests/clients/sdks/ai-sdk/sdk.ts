import { always } from "../../families/asks-once.ts";
import type { Persistence, Sdk } from "../../sdk.ts";

const persistence: Persistence = {
  requests: 3,
  obeys: false,
  retries: "408, 409, 429 and >= 500: 2 more, after 2 and 4 s",
  retryAfter: "below 60 s; more is ignored: 2 and 4 s",
};

const shared = {
  raises: { ...always("APICallError"), broken: "StreamProviderError" },
  persistence,
  keepAlive: "comments",
} as const;

export const sdk: Sdk = {
  language: "node",
  packages: ["ai", "@ai-sdk/openai", "@ai-sdk/openai-compatible", "@ai-sdk/anthropic"],
  driver: "driver.mjs",
  clients: [
    {
      ...shared,
      name: "ai-sdk-compatible",
      api: "compatible",
      dialect: "openai-chat",
      across: "anthropic-messages",
      operations: ["plain", "stream", "tools", "embeddings"],
    },
    {
      ...shared,
      raises: always("APICallError"),
      isTaciturn: true,
      swallows: ["first event is an error"],
      name: "ai-sdk-compatible-text",
      api: "textStream",
      dialect: "openai-chat",
      across: "anthropic-messages",
      operations: ["stream"],
      notes: "a loop over `textStream` alone, which sees broken connections and nothing else",
    },
    {
      ...shared,
      name: "ai-sdk-openai",
      api: "responses",
      dialect: "openai-responses",
      across: "anthropic-messages",
      operations: ["plain", "stream", "tools"],
    },
    {
      ...shared,
      name: "ai-sdk-anthropic",
      api: "anthropic",
      dialect: "anthropic-messages",
      across: "openai-chat",
      operations: ["plain", "stream", "tools"],
    },
  ],
};
