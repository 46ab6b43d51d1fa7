import { always, asksOnce } from "../../families/asks-once.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "node",
  packages: ["@google/genai"],
  driver: "driver.mjs",
  clients: [
    {
      name: "google-genai-node",
      api: "gemini",
      dialect: "gemini",
      across: "openai-chat",
      operations: ["plain", "stream", "tools", "embeddings", "models"],
      raises: always("ApiError"),
      persistence: asksOnce,
      keepAlive: "none",
      notes: "with retry options 5 requests, 1 to 15 s apart, whatever the headers say",
    },
  ],
};
