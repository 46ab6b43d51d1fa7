// Ollama's own dialect: chat, prompts and embeddings, as client and as upstream dialect. Streams are lines of JSON.
// https://docs.ollama.com/api

import type { Dialect } from "#dialects/dialect.ts";
import { editModel } from "#dialects/edit-model.ts";
import { noFitting } from "#fitting/fit-text.ts";
import { TailTap } from "#dialects/large-answer.ts";
import { failureOf } from "./answer-failure.ts";
import { frameWhole, readAnswer, readError, readText } from "./answer.ts";
import { decodeRequest } from "./decode-request.ts";
import { decodeResult } from "./decode-result.ts";
import { LineStreamDecoder } from "./decode-stream.ts";
import { clientEmbeddings, upstreamEmbeddings } from "./embeddings.ts";
import { encodeRequest } from "./encode-request.ts";
import { encodeResult } from "./encode-result.ts";
import { createStreamEncoder } from "./encode-stream.ts";
import { encodeError, encodeStreamError } from "./errors.ts";
import { answerWish } from "./load.ts";
import { facts, models, unserved } from "./model-list.ts";
import { dropForeignSeals } from "./foreign-seals.ts";
import { readPromptText } from "./prompt-text.ts";
import { parseRequest } from "./request.ts";
import { LineStreamTap } from "./stream.ts";
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
    parseRequest,
    readPromptText,
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
