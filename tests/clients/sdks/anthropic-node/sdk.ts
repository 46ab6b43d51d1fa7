import { anthropicPersistence, anthropicRaises } from "../../families/anthropic.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "node",
  packages: ["@anthropic-ai/sdk"],
  driver: "driver.mjs",
  clients: [
    {
      name: "anthropic-node",
      api: "messages",
      dialect: "anthropic-messages",
      across: "openai-chat",
      operations: ["plain", "stream", "tools", "models"],
      raises: anthropicRaises,
      persistence: anthropicPersistence,
      keepAlive: "pings, comments",
    },
  ],
};
