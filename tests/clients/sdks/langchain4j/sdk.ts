import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "java",
  packages: ["dev.langchain4j:langchain4j-open-ai"],
  driver: "Driver.java",
  clients: [
    {
      name: "langchain4j",
      api: "chat",
      dialect: "openai-chat",
      across: "anthropic-messages",
      operations: ["plain", "stream", "tools", "embeddings"],
      raises: {
        unauthorized: "AuthenticationException",
        forbidden: "AuthenticationException",
        unknownModel: "ModelNotFoundException",
        limited: "RateLimitException",
        badGateway: "InternalServerException",
        unavailable: "InternalServerException",
        broken: "RuntimeException",
      },
      persistence: {
        requests: 3,
        obeys: false,
        retries: "nearly all but 401, 403, 404 and 409: 2 more, after 0.5 and 0.8 s",
        retryAfter: "never waits",
      },
      keepAlive: "comments",
      notes: "reads an error in a stream only where the event is named `error`",
    },
  ],
};
