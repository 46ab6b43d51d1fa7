import { openaiPersistence, openaiRaises } from "../../families/openai.ts";
import type { Sdk } from "../../sdk.ts";

const shared = {
  raises: openaiRaises,
  persistence: { ...openaiPersistence, retryAfter: "up to 60 s; more is ignored: 0.5 and 1 s" },
  across: "anthropic-messages",
  keepAlive: "comments",
} as const;

export const sdk: Sdk = {
  language: "node",
  packages: ["openai"],
  driver: "driver.mjs",
  clients: [
    {
      ...shared,
      name: "openai-node",
      api: "chat",
      dialect: "openai-chat",
      operations: ["plain", "stream", "tools", "embeddings", "models"],
    },
    {
      ...shared,
      name: "openai-node-responses",
      api: "responses",
      dialect: "openai-responses",
      operations: ["plain", "stream", "tools"],
    },
  ],
};
