import { anthropicPersistence } from "../../families/anthropic.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "java",
  packages: ["com.anthropic:anthropic-java"],
  driver: "Driver.java",
  clients: [
    {
      name: "anthropic-java",
      api: "messages",
      dialect: "anthropic-messages",
      across: "openai-chat",
      operations: ["plain", "stream", "tools", "models"],
      raises: {
        unauthorized: "UnauthorizedException",
        forbidden: "PermissionDeniedException",
        unknownModel: "NotFoundException",
        limited: "RateLimitException",
        badGateway: "InternalServerException",
        unavailable: "ServiceUnavailableException",
        broken: "SseException",
      },
      persistence: anthropicPersistence,
      keepAlive: "pings, comments",
    },
  ],
};
