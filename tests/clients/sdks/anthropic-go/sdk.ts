import { anthropicPersistence } from "../../families/anthropic.ts";
import { always } from "../../families/asks-once.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "go",
  packages: ["github.com/anthropics/anthropic-sdk-go"],
  driver: "driver.go",
  clients: [
    {
      name: "anthropic-go",
      api: "messages",
      dialect: "anthropic-messages",
      across: "openai-chat",
      operations: ["plain", "stream", "tools", "models"],
      raises: always("Error"),
      persistence: anthropicPersistence,
      keepAlive: "pings, comments",
      notes: "an error in a stream reads `200 OK`",
    },
  ],
};
