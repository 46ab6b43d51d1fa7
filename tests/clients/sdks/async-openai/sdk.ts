import { always } from "../../families/asks-once.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "rust",
  packages: ["async-openai", "tokio", "futures", "serde_json"],
  driver: "driver.rs",
  clients: [
    {
      name: "async-openai",
      api: "chat",
      dialect: "openai-chat",
      across: "anthropic-messages",
      operations: ["plain", "stream", "tools", "embeddings", "models"],
      raises: { ...always("ApiError"), broken: "JSONDeserialize" },
      persistence: {
        requests: 4,
        obeys: false,
        retries: "429 and >= 500: 3 more within 0.9 s",
        retryAfter: "in seconds, as long as it says (no limit up to 130 s); no dates",
      },
      keepAlive: "comments",
      hidesStatus: true,
    },
  ],
};
