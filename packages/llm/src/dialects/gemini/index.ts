// Google's Gemini API, as client and as upstream dialect.
// https://ai.google.dev/api/generate-content

import type { ClientEndpoint, Dialect } from "#dialects/dialect.ts";
import { LargeAnswerTap } from "#dialects/streams/large-answer.ts";
import { failureOf } from "./answer-failure.ts";
import { conversation } from "#dialects/gemini/straight/conversation.ts";
import { frameWhole, readAnswer, readText } from "#dialects/gemini/straight/answer.ts";
import { readError } from "./answer-error.ts";
import { decodeRequest } from "#dialects/gemini/decode/decode-request.ts";
import { decodeResult } from "#dialects/gemini/decode/decode-result.ts";
import { createStreamDecoder } from "#dialects/gemini/decode/decode-stream.ts";
import { editRequest } from "#dialects/gemini/straight/edit.ts";
import {
  decodeEmbeddingsRequest,
  decodeEmbeddingsResult,
  encodeEmbeddingsRequest,
  encodeEmbeddingsResult,
} from "./embeddings.ts";
import { encodeRequest } from "#dialects/gemini/encode/encode-request.ts";
import { encodeResult } from "#dialects/gemini/encode/encode-result.ts";
import { createStreamEncoder } from "#dialects/gemini/encode/encode-stream.ts";
import { encodeError, encodeStreamError } from "./errors.ts";
import { dialect } from "./name.ts";
import { dropForeignSeals } from "#dialects/gemini/straight/foreign-seals.ts";
import { fit, mayNeed } from "#dialects/gemini/straight/fit.ts";
import { readPromptText } from "#dialects/gemini/straight/prompt-text.ts";
import { texts } from "#dialects/gemini/straight/texts.ts";
import { models } from "#dialects/gemini/straight/model-list.ts";
import { answersByTool } from "./models.ts";
import { parseRequest } from "#dialects/gemini/straight/request.ts";
import { ContentStreamTap } from "#dialects/gemini/straight/stream.ts";
import type { ContentTapRequest } from "#dialects/gemini/straight/stream.ts";
import { readUsage } from "./usage.ts";
import { versions } from "#dialects/gemini/straight/versions.ts";

/**
 * In all versions of the API. Some clients take a name with a slash for one that tells its collection, as `tunedModels/mine`
 * does: https://github.com/vercel/ai/blob/main/packages/google/src/get-model-path.ts
 */
function endpoint(method: string, rest: Omit<ClientEndpoint, "path">): readonly ClientEndpoint[] {
  const collections = [...versions.map((version) => `/${version}/models`), ...versions.map((version) => `/${version}`)];
  return collections.map((collection) => ({ path: `${collection}/{model}:${method}`, ...rest }));
}

export const gemini = {
  name: dialect,
  client: {
    endpoints: [
      ...endpoint("generateContent", { operation: "chat.completions", stream: false }),
      ...endpoint("streamGenerateContent", { operation: "chat.completions", stream: true }),
      ...endpoint("countTokens", { operation: "count_tokens" }),
      ...endpoint("embedContent", { operation: "embed_content" }),
      ...endpoint("batchEmbedContents", { operation: "embeddings" }),
    ],
    forwardedHeaders: ["x-goog-api-client", "x-vertex-ai-llm-request-type"],
    opening: {
      ...{ list: "contents", before: ["systemInstruction", "system_instruction"], asking: ["user"] },
      asksUnnamed: true,
    },
    recall: { immaterial: ["labels"], immaterialHeaders: ["x-goog-api-client"], stateful: [] },
    parseRequest,
    readPromptText,
    texts,
    conversation,
    closing: { member: "contents", content: "parts", asksUnnamed: true },
    encodeError,
    encodeStreamError,
    decodeRequest,
    encodeResult,
    answerIdPrefix: "",
    answerPlaces: { choices: true, logprobs: true, media: ["image", "audio", "document"] },
    createStreamEncoder,
    models,
    encodeTokenCount: (tokens: number) => JSON.stringify({ totalTokens: tokens }),
    embeddings: { decodeRequest: decodeEmbeddingsRequest, encodeResult: encodeEmbeddingsResult },
  },
  upstream: {
    streamContentType: "text/event-stream",
    namedModel: { member: "modelVersion", within: [], form: "events" },
    answersByTool,
    toolNames: { longest: 64, refused: /[^a-zA-Z0-9_.:-]/g, refusedBeginning: /^[^a-zA-Z_]/ },
    editRequest,
    fitting: { mayNeed, fit },
    dropForeignSeals,
    readAnswer,
    frameWhole,
    readText,
    readError,
    failureOf,
    encodeRequest,
    decodeResult,
    createStreamDecoder,
    createLargeAnswerTap: () => new LargeAnswerTap(readUsage, "usageMetadata"),
    createStreamTap: (request: ContentTapRequest) => new ContentStreamTap(request),
    embeddings: { encodeRequest: encodeEmbeddingsRequest, decodeResult: decodeEmbeddingsResult },
  },
} as const satisfies Dialect;
