import { always, asksOnce } from "../../families/asks-once.ts";
import type { Sdk } from "../../sdk.ts";

export const sdk: Sdk = {
  language: "python",
  packages: ["ollama"],
  driver: "driver.py",
  clients: [
    {
      name: "ollama-python",
      api: "ollama",
      dialect: "ollama",
      across: "openai-chat",
      operations: ["plain", "stream", "tools", "embeddings", "models"],
      raises: always("ResponseError"),
      persistence: asksOnce,
      keepAlive: "none: its parser dies of blank lines",
      notes: "status -1 for an error in a stream",
    },
  ],
};
