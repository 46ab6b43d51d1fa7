import { asksOnce } from "../../families/asks-once.ts";
import { openaiPersistence, openaiRaises } from "../../families/openai.ts";
import type { Sdk } from "../../sdk.ts";

const shared = {
  raises: {
    ...openaiRaises,
    badGateway: "BadGatewayError",
    unavailable: "ServiceUnavailableError",
    broken: "MidStreamFallbackError",
  },
  keepAlive: "comments",
} as const;

export const sdk: Sdk = {
  language: "python",
  packages: ["litellm", "openai"],
  driver: "driver.py",
  clients: [
    {
      ...shared,
      persistence: { ...openaiPersistence, retryAfter: "as openai-python" },
      raises: { ...shared.raises, forbidden: "APIError" },
      name: "litellm-openai",
      api: "openai",
      dialect: "openai-chat",
      across: "anthropic-messages",
      operations: ["plain", "stream", "tools", "embeddings"],
    },
    {
      ...shared,
      // It goes by the words of the error, and takes Anthropic's `overloaded_error` for a fault within, whatever the status.
      raises: { ...shared.raises, unavailable: ["ServiceUnavailableError", "InternalServerError"] },
      persistence: asksOnce,
      name: "litellm-anthropic",
      api: "anthropic",
      dialect: "anthropic-messages",
      across: "openai-chat",
      operations: ["plain", "stream", "tools"],
    },
  ],
};
