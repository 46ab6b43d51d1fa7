import { always } from "../../families/asks-once.ts";
import { openaiPersistence } from "../../families/openai.ts";
import type { Sdk } from "../../sdk.ts";

const shared = {
  raises: { ...always("Error"), broken: "StreamError" },
  persistence: { ...openaiPersistence, retryAfter: "up to 120 s; beyond, it gives up at once. 0: at once" },
  across: "anthropic-messages",
  keepAlive: "comments",
} as const;

export const sdk: Sdk = {
  language: "go",
  packages: ["github.com/openai/openai-go/v3"],
  driver: "driver.go",
  clients: [
    {
      ...shared,
      name: "openai-go",
      api: "chat",
      dialect: "openai-chat",
      operations: ["plain", "stream", "tools", "embeddings", "models"],
      notes: "the server's message is in `Error.Message`, not in `Error()`",
    },
    {
      ...shared,
      name: "openai-go-responses",
      api: "responses",
      dialect: "openai-responses",
      operations: ["plain", "stream"],
    },
  ],
};
