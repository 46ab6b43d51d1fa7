// Anthropic's Messages dialect, as client and as upstream dialect.
// https://docs.anthropic.com/en/api/messages

import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { LargeAnswerTap } from "#dialects/streams/large-answer.ts";
import { eventStreamType } from "#wire/aws-event-stream.ts";
import { EventStreamUnwrapper } from "#wire/unwrap-event-stream.ts";
import { readError } from "#dialects/errors/read-error.ts";
import { failureOf } from "./answer-failure.ts";
import { conversation } from "#dialects/anthropic-messages/straight/conversation.ts";
import { readAnswer, readText } from "#dialects/anthropic-messages/straight/answer.ts";
import { decodeRequest } from "#dialects/anthropic-messages/decode/decode-request.ts";
import { decodeResult } from "#dialects/anthropic-messages/decode/decode-result.ts";
import { createStreamDecoder } from "#dialects/anthropic-messages/decode/decode-stream.ts";

import { editRequest } from "#dialects/anthropic-messages/straight/edit.ts";
import { encodeRequest } from "#dialects/anthropic-messages/encode/encode-request.ts";
import { encodeResult } from "#dialects/anthropic-messages/encode/encode-result.ts";
import { createStreamEncoder } from "#dialects/anthropic-messages/encode/encode-stream.ts";
import { encodeError, encodeStreamError, encodeVendorError } from "./errors.ts";
import { fit } from "#dialects/anthropic-messages/straight/fit.ts";
import { mayNeed } from "#dialects/anthropic-messages/straight/fit-signs.ts";
import { readUsage } from "./usage.ts";
import { dialect } from "./name.ts";
import { models } from "#dialects/anthropic-messages/straight/model-list.ts";
import { traitsOf } from "./models.ts";
import { dropForeignSeals } from "#dialects/anthropic-messages/straight/foreign-seals.ts";
import { readPromptText } from "#dialects/anthropic-messages/straight/prompt-text.ts";
import { texts } from "#dialects/anthropic-messages/straight/texts.ts";
import { parseRequest } from "#dialects/anthropic-messages/straight/request.ts";
import { MessageStreamTap } from "#dialects/anthropic-messages/straight/stream.ts";

export const anthropicMessages = {
  name: dialect,
  client: {
    endpoints: [
      { path: "/v1/messages", operation: "chat.completions" },
      { path: "/v1/messages/count_tokens", operation: "count_tokens" },
    ],
    forwardedHeaders: ["anthropic-version", "anthropic-beta", "idempotency-key"],
    opening: { list: "messages", before: ["system"], asking: ["user", "system"] },
    recall: { immaterial: ["stream", "metadata"], immaterialHeaders: ["idempotency-key"], stateful: ["container"] },
    longerContext: { header: "anthropic-beta", word: "context-1m", tokens: 1_000_000 },
    parseRequest,
    readPromptText,
    texts,
    conversation,
    closing: { member: "messages", content: "content", textType: "text" },
    encodeError,
    encodeStreamError,
    keepAlive: { before: ": keep-alive\n\n", within: 'event: ping\ndata: {"type": "ping"}\n\n' },
    remark: (text) => `: ${text}\n\n`,
    decodeRequest,
    encodeResult,
    answerIdPrefix: "msg_",
    answerPlaces: { choices: false, logprobs: false, media: [] },
    createStreamEncoder,
    models,
    encodeTokenCount: (tokens: number) => JSON.stringify({ input_tokens: tokens }),
  },
  upstream: {
    streamContentType: "text/event-stream",
    resultIds: "tool_use_id",
    namedModel: { member: "model", within: ["message"], form: "events" },
    answersByTool: (model: string) => !traitsOf(model).isStructured,
    toolNames: { longest: 128, refused: /[^a-zA-Z0-9_-]/g },
    usualOutputTokens: (model: string) => traitsOf(model).outputTokens,
    editRequest,
    fitting: { mayNeed, fit },
    // https://docs.anthropic.com/en/api/rate-limits#response-headers
    rateHeaders: {
      requests: { remaining: "anthropic-ratelimit-requests-remaining", reset: "anthropic-ratelimit-requests-reset" },
      tokens: { remaining: "anthropic-ratelimit-tokens-remaining", reset: "anthropic-ratelimit-tokens-reset" },
    },
    dropForeignSeals,
    readAnswer,
    readText,
    readError,
    failureOf,
    encodeRequest,
    decodeResult,
    wrapped: {
      contentType: eventStreamType,
      createUnwrapper: () => new EventStreamUnwrapper(encodeVendorError),
    },
    createStreamDecoder,
    createLargeAnswerTap: () => new LargeAnswerTap(readUsage),
    createStreamTap: (request?: Pick<ParsedRequest, "kept">) => new MessageStreamTap(request),
  },
} as const satisfies Dialect;
