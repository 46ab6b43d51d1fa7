import { openaiPersistence } from "../../families/openai.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "python",
  packages: ["langchain-openai", "openai"],
  driver: "driver.py",
  clients: [
    {
      name: "langchain-openai",
      api: "chat",
      dialect: "openai-chat",
      across: "anthropic-messages",
      operations: ["plain", "stream", "tools", "embeddings"],
      raises: {
        unauthorized: "OpenAIAuthenticationError",
        forbidden: "OpenAIPermissionDeniedError",
        unknownModel: "OpenAIModelNotFoundError",
        limited: "OpenAIRateLimitError",
        badGateway: "OpenAIAPIError",
        unavailable: "OpenAIAPIError",
        broken: "APIError",
      },
      persistence: { ...openaiPersistence, retryAfter: "as openai-python" },
      keepAlive: "comments",
      notes: "embeddings need `check_embedding_ctx_length=False`, else it fetches a vocabulary from the network",
    },
  ],
};
