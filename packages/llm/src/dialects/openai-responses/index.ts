// OpenAI's Responses dialect, as client and as upstream dialect. Its folder has the same files as its neighbours.
// https://platform.openai.com/docs/api-reference/responses

import type { Dialect, ParsedRequest } from "#dialects/dialect.ts";
import { isRefusedByOpenai } from "#dialects/answer-by-tool.ts";
import { editModel } from "#dialects/edit-model.ts";
import { encodeError } from "#dialects/openai-error.ts";
import { readError } from "#dialects/read-error.ts";
import { failureOf } from "./answer-failure.ts";
import { readAnswer, readText } from "./answer.ts";
import { decodeRequest } from "./decode-request.ts";
import { decodeResult } from "./decode-result.ts";
import { createStreamDecoder } from "./decode-stream.ts";
import { encodeRequest } from "./encode-request.ts";
import { encodeResult } from "./encode-result.ts";
import { createStreamEncoder } from "./encode-stream.ts";
import { encodeStreamError } from "./errors.ts";
import { LargeResponseTap } from "./large-answer.ts";
import { dialect } from "./name.ts";
import { dropForeignSeals } from "./foreign-seals.ts";
import { fit, mayNeed } from "./fit.ts";
import { readPromptText } from "./prompt-text.ts";
import { parseRequest } from "./request.ts";
import { readStored, storedResponses } from "./stored.ts";
import { ResponseStreamTap } from "./stream.ts";

export const openaiResponses = {
  name: dialect,
  client: {
    endpoints: [
      { path: "/v1/responses", operation: "chat.completions" },
      { path: "/v1/responses/compact", operation: "responses.compact" },
      { path: "/v1/responses/input_tokens", operation: "count_tokens" },
    ],
    forwardedHeaders: ["openai-beta", "idempotency-key"],
    parseRequest,
    readPromptText,
    encodeError,
    encodeStreamError,
    keepAlive: { before: ": keep-alive\n\n", within: ": keep-alive\n\n" },
    decodeRequest,
    encodeResult,
    answerIdPrefix: "resp_",
    answerPlaces: { choices: false, logprobs: true, media: ["image"] },
    createStreamEncoder,
    encodeTokenCount: (tokens) => JSON.stringify({ object: "response.input_tokens", input_tokens: tokens }),
    stored: [storedResponses],
  },
  upstream: {
    streamContentType: "text/event-stream",
    namedModel: { member: "model", within: ["response"], form: "events" },
    answersByTool: isRefusedByOpenai,
    toolNames: { longest: 64, refused: /[^a-zA-Z0-9_-]/g },
    editRequest: editModel,
    fitting: { mayNeed, fit },
    dropForeignSeals,
    readAnswer,
    readText,
    readStored,
    readError,
    failureOf,
    encodeRequest,
    decodeResult,
    createStreamDecoder,
    createLargeAnswerTap: () => new LargeResponseTap(),
    createStreamTap: (request?: Pick<ParsedRequest, "kept" | "body">) => new ResponseStreamTap(request),
  },
} as const satisfies Dialect;
