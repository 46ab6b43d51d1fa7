// OpenAI's Responses dialect, as client and as upstream dialect.
// https://platform.openai.com/docs/api-reference/responses

import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { refusesSchema } from "#dialects/openai/openai-schemas.ts";
import { editModel } from "#dialects/bodies/edit-model.ts";
import { encodeError } from "#dialects/openai/openai-error.ts";
import { rateHeaders } from "#dialects/openai/rate-headers.ts";
import { readError } from "#dialects/errors/read-error.ts";
import { failureOf } from "./answer-failure.ts";
import { conversation } from "#dialects/openai-responses/straight/conversation.ts";
import { readAnswer, readText } from "#dialects/openai-responses/straight/answer.ts";
import { decodeRequest } from "#dialects/openai-responses/decode/decode-request.ts";
import { decodeResult } from "#dialects/openai-responses/decode/decode-result.ts";
import { createStreamDecoder } from "#dialects/openai-responses/decode/decode-stream.ts";
import { encodeRequest } from "#dialects/openai-responses/encode/encode-request.ts";
import { encodeResult } from "#dialects/openai-responses/encode/encode-result.ts";
import { createStreamEncoder } from "#dialects/openai-responses/encode/encode-stream.ts";
import { encodeStreamError } from "./errors.ts";
import { LargeResponseTap } from "#dialects/openai-responses/straight/large-answer.ts";
import { dialect } from "./name.ts";
import { dropForeignSeals } from "#dialects/openai-responses/straight/foreign-seals.ts";
import { fit, mayNeed } from "#dialects/openai-responses/straight/fit.ts";
import { readPromptText } from "#dialects/openai-responses/straight/prompt-text.ts";
import { texts } from "#dialects/openai-responses/straight/texts.ts";
import { parseRequest } from "#dialects/openai-responses/straight/request.ts";
import { readStored, storedResponses } from "#dialects/openai-responses/straight/stored.ts";
import { ResponseStreamTap } from "#dialects/openai-responses/straight/stream.ts";

export const openaiResponses = {
  name: dialect,
  client: {
    endpoints: [
      { path: "/v1/responses", operation: "chat.completions" },
      { path: "/v1/responses/compact", operation: "responses.compact" },
      { path: "/v1/responses/input_tokens", operation: "count_tokens" },
    ],
    forwardedHeaders: ["openai-beta", "idempotency-key"],
    opening: { list: "input", before: ["instructions"], asking: ["user", "system", "developer"] },
    recall: {
      immaterial: ["stream", "stream_options"],
      immaterialHeaders: ["idempotency-key"],
      stateful: ["conversation", "previous_response_id", "background"],
    },
    parseRequest,
    readPromptText,
    texts,
    conversation,
    closing: { member: "input", content: "content", textType: "input_text", asksUnnamed: true },
    encodeError,
    encodeStreamError,
    keepAlive: { before: ": keep-alive\n\n", within: ": keep-alive\n\n" },
    remark: (text) => `: ${text}\n\n`,
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
    answersByTool: refusesSchema,
    toolNames: { longest: 64, refused: /[^a-zA-Z0-9_-]/g },
    editRequest: editModel,
    fitting: { mayNeed, fit },
    rateHeaders,
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
