import { openaiPersistence, openaiRaises } from "../../families/openai.ts";
import type { Sdk } from "../../sdk.ts";

const shared = {
  raises: openaiRaises,
  persistence: { ...openaiPersistence, retryAfter: "up to 120 s; beyond, it gives up at once" },
  across: "anthropic-messages",
  keepAlive: "comments",
} as const;

export const sdk: Sdk = {
  language: "python",
  packages: ["openai"],
  driver: "driver.py",
  clients: [
    {
      ...shared,
      name: "openai-python",
      api: "chat",
      dialect: "openai-chat",
      operations: ["plain", "stream", "tools", "embeddings", "models"],
    },
    { ...shared, name: "openai-python-async", api: "async", dialect: "openai-chat", operations: ["plain", "stream"] },
    {
      ...shared,
      name: "openai-python-responses",
      api: "responses",
      dialect: "openai-responses",
      operations: ["plain", "stream", "tools"],
    },
  ],
};
