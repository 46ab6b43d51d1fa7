// OpenAI's Chat Completions dialect, with its older completions and its embeddings, as client and as upstream dialect.
// https://platform.openai.com/docs/api-reference/chat

import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { Quirks } from "#providers/definition.ts";
import { refusesSchema } from "#dialects/openai/openai-schemas.ts";
import { LargeAnswerTap } from "#dialects/streams/large-answer.ts";
import { encodeError } from "#dialects/openai/openai-error.ts";
import { rateHeaders } from "#dialects/openai/rate-headers.ts";
import { readError } from "#dialects/errors/read-error.ts";
import { failureOf } from "./answer-failure.ts";
import { conversation } from "#dialects/openai-chat/straight/conversation.ts";
import { channel } from "#dialects/openai-chat/straight/channel.ts";
import { frameWhole, readAnswer, readText } from "#dialects/openai-chat/straight/answer.ts";
import { editRequest } from "#dialects/openai-chat/straight/edit.ts";
import {
  decodeEmbeddingsRequest,
  decodeEmbeddingsResult,
  encodeEmbeddingsRequest,
  encodeEmbeddingsResult,
} from "./embeddings.ts";
import { decodeRequest } from "#dialects/openai-chat/decode/decode-request.ts";
import { decodeResult } from "#dialects/openai-chat/decode/decode-result.ts";
import { createStreamDecoder } from "#dialects/openai-chat/decode/decode-stream.ts";
import { encodeRequest } from "#dialects/openai-chat/encode/encode-request.ts";
import { encodeResult } from "#dialects/openai-chat/encode/encode-result.ts";
import { createStreamEncoder } from "#dialects/openai-chat/encode/encode-stream.ts";
import { encodeStreamError } from "./errors.ts";
import { fit } from "#dialects/openai-chat/straight/fit.ts";
import { mayNeed } from "#dialects/openai-chat/straight/fit-signs.ts";
import { forwardedEndpoints, isForwarded, readForwardedUsage } from "#dialects/openai-chat/straight/forwarded.ts";
import { models } from "#dialects/openai-chat/straight/model-list.ts";
import { dropForeignSeals } from "#dialects/openai-chat/straight/foreign-seals.ts";
import { droppedThoughts } from "#dialects/openai-chat/straight/kept-thoughts.ts";
import { readPromptText } from "#dialects/openai-chat/straight/prompt-text.ts";
import { texts } from "#dialects/openai-chat/straight/texts.ts";
import { parseRequest } from "#dialects/openai-chat/straight/request.ts";
import { storedFilesAndBatches } from "#dialects/openai-chat/straight/stored.ts";
import { readUsage } from "./usage.ts";
import { sessions } from "#dialects/openai-chat/straight/sessions.ts";
import { memberOf } from "#wire/json.ts";
import { ChatStreamTap } from "#dialects/openai-chat/straight/stream.ts";
import type { StreamRequest } from "#dialects/openai-chat/straight/stream.ts";

export const openaiChat = {
  name: "openai-chat",
  client: {
    endpoints: [
      { path: "/v1/chat/completions", operation: "chat.completions" },
      { path: "/v1/completions", operation: "completions" },
      { path: "/v1/embeddings", operation: "embeddings" },
      ...forwardedEndpoints,
    ],
    forwardedHeaders: ["openai-beta", "idempotency-key"],
    opening: { list: "messages", before: [], asking: ["user", "system", "developer"] },
    recall: {
      immaterial: [
        ...["stream", "stream_options", "user", "safety_identifier", "metadata"],
        ...["prompt_cache_key", "prompt_cache_retention"],
      ],
      immaterialHeaders: ["idempotency-key"],
      stateful: ["store"],
    },
    sessions,
    parseRequest,
    readPromptText,
    texts,
    conversation,
    closing: { member: "messages", content: "content", textType: "text" },
    encodeError,
    encodeStreamError,
    keepAlive: { before: ": keep-alive\n\n", within: ": keep-alive\n\n" },
    remark: (text) => `: ${text}\n\n`,
    decodeRequest,
    encodeResult,
    answerIdPrefix: "chatcmpl-",
    answerPlaces: { choices: true, logprobs: true, media: ["image"] },
    createStreamEncoder,
    models,
    stored: storedFilesAndBatches,
    channel,
    embeddings: { decodeRequest: decodeEmbeddingsRequest, encodeResult: encodeEmbeddingsResult },
  },
  upstream: {
    streamContentType: "text/event-stream",
    resultIds: "tool_call_id",
    namedModel: { member: "model", within: [], form: "events" },
    answersByTool: refusesSchema,
    toolNames: { longest: 64, refused: /[^a-zA-Z0-9_-]/g },
    editRequest,
    fitting: { mayNeed, fit },
    rateHeaders,
    dropForeignSeals,
    droppedThoughts,
    readAnswer,
    frameWhole,
    readText,
    readError,
    failureOf,
    encodeRequest,
    decodeResult,
    createStreamDecoder,
    createLargeAnswerTap: () => new LargeAnswerTap(readUsage),
    createStreamTap(request: StreamRequest & Pick<ParsedRequest, "wantsStreamUsage">, quirks: Quirks) {
      if (isForwarded(request.operation)) {
        const readTold = (chunk: unknown) => readForwardedUsage(memberOf(chunk, "usage"));
        return new ChatStreamTap({ request, hidesUsage: false, readUsage: readTold });
      }
      const hidesUsage = !request.wantsStreamUsage && quirks.streamUsage !== "unasked";
      return new ChatStreamTap({ request, hidesUsage });
    },
    embeddings: { encodeRequest: encodeEmbeddingsRequest, decodeResult: decodeEmbeddingsResult },
  },
} as const satisfies Dialect;
