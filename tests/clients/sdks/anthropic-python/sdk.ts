import { anthropicPersistence, anthropicRaises } from "../../families/anthropic.ts";
import type { Sdk } from "../../sdk.ts";

const shared = {
  raises: { ...anthropicRaises, broken: "APIStatusError" },
  persistence: anthropicPersistence,
  dialect: "anthropic-messages",
  across: "openai-chat",
  keepAlive: "pings, comments",
} as const;

export const sdk: Sdk = {
  language: "python",
  packages: ["anthropic"],
  driver: "driver.py",
  clients: [
    { ...shared, name: "anthropic-python", api: "messages", operations: ["plain", "stream", "tools", "models"] },
    { ...shared, name: "anthropic-python-helper", api: "helper", operations: ["stream"], notes: "`messages.stream()`" },
  ],
};
