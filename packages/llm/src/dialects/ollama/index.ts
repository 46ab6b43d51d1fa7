// Ollama's own dialect: chat, prompts and embeddings, as client and as upstream dialect. Streams are lines of JSON.
// https://docs.ollama.com/api

import type { Dialect } from "#dialects/dialect.ts";
import { editModel } from "#dialects/bodies/edit-model.ts";
import { noFitting } from "#fitting/fit-text.ts";
import { TailTap } from "#dialects/streams/large-answer.ts";
import { failureOf } from "./answer-failure.ts";
import { conversation } from "#dialects/ollama/straight/conversation.ts";
import { frameWhole, readAnswer, readText } from "#dialects/ollama/straight/answer.ts";
import { decodeRequest } from "#dialects/ollama/decode/decode-request.ts";
import { decodeResult } from "#dialects/ollama/decode/decode-result.ts";
import { LineStreamDecoder } from "#dialects/ollama/decode/decode-stream.ts";
import { clientEmbeddings, upstreamEmbeddings } from "./embeddings.ts";
import { encodeRequest } from "#dialects/ollama/encode/encode-request.ts";
import { encodeResult } from "#dialects/ollama/encode/encode-result.ts";
import { createStreamEncoder } from "#dialects/ollama/encode/encode-stream.ts";
import { encodeError, encodeStreamError, readError } from "./errors.ts";
import { answerWish } from "#dialects/ollama/straight/load.ts";
import { facts, models, unserved } from "#dialects/ollama/straight/model-list.ts";
import { dropForeignSeals } from "#dialects/ollama/straight/foreign-seals.ts";
import { readPromptText } from "#dialects/ollama/straight/prompt-text.ts";
import { texts } from "#dialects/ollama/straight/texts.ts";
import { parseRequest } from "#dialects/ollama/straight/request.ts";
import { LineStreamTap } from "#dialects/ollama/straight/stream.ts";
import { readUsageInTail } from "./usage.ts";

export const ollama = {
  name: "ollama",
  client: {
    endpoints: [
      { path: "/api/chat", operation: "chat.completions" },
      { path: "/api/generate", operation: "generate" },
      { path: "/api/embed", operation: "embeddings" },
      { path: "/api/embeddings", operation: "embed_content" },
    ],
    forwardedHeaders: [],
    opening: { list: "messages", before: [], asking: ["user", "system"] },
    recall: { immaterial: ["stream", "keep_alive"], immaterialHeaders: [], stateful: [] },
    parseRequest,
    readPromptText,
    texts,
    conversation,
    closing: { member: "messages", content: "content" },
    encodeError,
    encodeStreamError,
    decodeRequest,
    encodeResult,
    answerIdPrefix: "chat-",
    answerPlaces: { choices: false, logprobs: true, media: ["image"] },
    createStreamEncoder,
    models,
    facts,
    answerAlone: answerWish,
    unserved,
    embeddings: clientEmbeddings,
  },
  upstream: {
    streamContentType: "application/x-ndjson",
    namedModel: { member: "model", within: [], form: "lines" },
    editRequest: editModel,
    fitting: noFitting,
    dropForeignSeals,
    readAnswer,
    frameWhole,
    readText,
    readError,
    failureOf,
    encodeRequest,
    decodeResult,
    createStreamDecoder: (fallbackId?: string) => new LineStreamDecoder(fallbackId),
    createLargeAnswerTap: () => new TailTap(readUsageInTail),
    createStreamTap: () => new LineStreamTap(),
    embeddings: upstreamEmbeddings,
  },
} as const satisfies Dialect;
