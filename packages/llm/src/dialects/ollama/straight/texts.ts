import type { DialectTexts } from "#dialects/texts/dialect-texts.ts";
import { requestTexts } from "#dialects/texts/request-texts.ts";

export const texts: DialectTexts = {
  request: requestTexts({
    skipped: "model role name toolname toolcallid keepalive options type",
    free: "arguments parameters format",
    tokens: "context",
    image: "images",
  }),
  stream: {
    form: "lines",
    places: [{ path: "message.content" }, { path: "message.thinking" }, { path: "response" }, { path: "thinking" }],
  },
};
