import type { SessionRules } from "#dialects/dialect.ts";

/** https://platform.openai.com/docs/guides/realtime-websocket; `openai-beta.realtime-v1` is the header `openai-beta: realtime=v1`. */
export const sessions: SessionRules = {
  keyProtocol: "openai-insecure-api-key.",
  versionProtocol: "openai-beta.",
  versionHeader: "openai-beta",
  toVersion: (told) => told.replace(/-(v\d+)$/, "=$1"),
};
