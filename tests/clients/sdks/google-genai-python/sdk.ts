import { always, asksOnce } from "../../families/asks-once.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "python",
  packages: ["google-genai"],
  driver: "driver.py",
  clients: [
    {
      name: "google-genai-python",
      api: "gemini",
      dialect: "gemini",
      across: "openai-chat",
      operations: ["plain", "stream", "tools", "embeddings", "models"],
      raises: {
        ...always("ClientError"),
        badGateway: "ServerError",
        unavailable: "ServerError",
        broken: "ServerError",
      },
      persistence: asksOnce,
      keepAlive: "none: its parser dies of comments",
      notes: "with retry options 5 requests, 1 to 8 s apart, whatever the headers say",
    },
  ],
};
