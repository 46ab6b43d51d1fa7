import type { DialectTexts } from "#dialects/texts/dialect-texts.ts";
import { requestTexts } from "#dialects/texts/request-texts.ts";

export const texts: DialectTexts = {
  request: requestTexts({
    skipped: "model role name toolname toolcallid keepalive options type",
    free: "arguments parameters format",
    tokens: "context",
    image: "images",
  }),
  answer: requestTexts({
    skipped: "model role name type toolname createdat donereason images context logprobs error",
    free: "arguments",
  }),
  stream: {
    form: "lines",
    places: [{ path: "message.content" }, { path: "message.thinking" }, { path: "response" }, { path: "thinking" }],
  },
};
