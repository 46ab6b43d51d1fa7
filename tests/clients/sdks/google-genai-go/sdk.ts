import { always, asksOnce } from "../../families/asks-once.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "go",
  packages: ["google.golang.org/genai"],
  driver: "driver.go",
  clients: [
    {
      name: "google-genai-go",
      api: "gemini",
      dialect: "gemini",
      across: "openai-chat",
      operations: ["plain", "stream", "tools", "embeddings", "models"],
      raises: always("APIError"),
      persistence: asksOnce,
      keepAlive: "none: its parser dies of comments and blank lines",
      notes: "with retry options 5 requests, 1 to 9 s apart, whatever the headers say",
    },
  ],
};
