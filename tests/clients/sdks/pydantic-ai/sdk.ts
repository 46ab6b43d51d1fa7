import { openaiPersistence } from "../../families/openai.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "python",
  packages: ["pydantic-ai-slim", "openai"],
  driver: "driver.py",
  clients: [
    {
      name: "pydantic-ai",
      api: "chat",
      dialect: "openai-chat",
      across: "anthropic-messages",
      operations: ["plain", "stream", "tools"],
      raises: {
        unauthorized: "ModelAuthenticationError",
        forbidden: "ModelAuthenticationError",
        unknownModel: "ModelNotFoundError",
        limited: "ModelRateLimitError",
        badGateway: "ModelServerError",
        unavailable: ["ModelUnavailableError", "ModelOverloadedError"],
        broken: ["ModelAPIError", "ModelServerError", "ModelOverloadedError"],
      },
      persistence: { ...openaiPersistence, retryAfter: "as openai-python" },
      keepAlive: "comments",
    },
  ],
};
