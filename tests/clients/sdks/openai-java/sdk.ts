import { openaiPersistence } from "../../families/openai.ts";
import type { Sdk } from "../../sdk.ts";

const shared = {
  raises: {
    unauthorized: "UnauthorizedException",
    forbidden: "PermissionDeniedException",
    unknownModel: "NotFoundException",
    limited: "RateLimitException",
    badGateway: "InternalServerException",
    unavailable: "InternalServerException",
    broken: "SseException",
  },
  persistence: { ...openaiPersistence, retryAfter: "8 s at most, then it asks again. 0: at once" },
  across: "anthropic-messages",
  keepAlive: "comments",
} as const;

export const sdk: Sdk = {
  language: "java",
  packages: ["com.openai:openai-java"],
  driver: "Driver.java",
  clients: [
    {
      ...shared,
      name: "openai-java",
      api: "chat",
      dialect: "openai-chat",
      operations: ["plain", "stream", "tools", "embeddings", "models"],
    },
    {
      ...shared,
      name: "openai-java-responses",
      api: "responses",
      dialect: "openai-responses",
      operations: ["plain", "stream"],
    },
  ],
};
