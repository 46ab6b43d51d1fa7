import { openaiPersistence, openaiRaises } from "../../families/openai.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "python",
  packages: ["instructor", "openai"],
  driver: "driver.py",
  clients: [
    {
      name: "instructor",
      api: "chat",
      dialect: "openai-chat",
      across: "anthropic-messages",
      operations: ["plain", "tools"],
      raises: openaiRaises,
      persistence: { ...openaiPersistence, retryAfter: "as openai-python" },
      keepAlive: "comments",
    },
  ],
};
