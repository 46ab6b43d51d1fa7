import { always, asksOnce } from "../../families/asks-once.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "node",
  packages: ["ollama"],
  driver: "driver.mjs",
  clients: [
    {
      name: "ollama-node",
      api: "ollama",
      dialect: "ollama",
      across: "openai-chat",
      operations: ["plain", "stream", "tools", "embeddings", "models"],
      raises: { ...always("ResponseError"), broken: "Error" },
      persistence: asksOnce,
      keepAlive: "none",
    },
  ],
};
