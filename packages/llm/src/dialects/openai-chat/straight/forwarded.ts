// Operations of OpenAI's API beside chat, of which the gateway reads the model and the usage and nothing else: pictures,
// sound, moderation, and the ranking of documents, which vendors of the dialect agree on. They have no other dialect.

import { estimateTokens } from "#dialects/bodies/prompt-estimate.ts";
import { GhostError } from "@ghostllm/contract";
import type { ClientEndpoint } from "#dialects/dialect.ts";
import type { ParsedRequest, RequestLine } from "#dialects/parsed-request.ts";
import { modelName } from "#dialects/fields/field-checks.ts";
import { parseBody } from "#dialects/bodies/parse-body.ts";
import { present } from "#dialects/fields/extras.ts";
import { vendorCostOf } from "#dialects/fields/usage-parts.ts";
import type { Usage } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import type { Operation } from "#operations.ts";
import { findMembers } from "#wire/json-members.ts";
import { countOf, isObject, memberOf, stringify } from "#wire/json.ts";
import { boundaryOf, findField } from "#wire/multipart.ts";
import { storedFilesAndBatches } from "./stored.ts";

export const forwardedEndpoints: readonly ClientEndpoint[] = [
  { path: "/v1/moderations", operation: "moderations" },
  { path: "/v1/images/generations", operation: "images.generations" },
  { path: "/v1/images/edits", operation: "images.edits", takesForms: true },
  { path: "/v1/images/variations", operation: "images.variations", takesForms: true },
  { path: "/v1/audio/speech", operation: "audio.speech" },
  { path: "/v1/audio/transcriptions", operation: "audio.transcriptions", takesForms: true },
  { path: "/v1/audio/translations", operation: "audio.translations", takesForms: true },
  { path: "/v1/rerank", operation: "rerank" },
];

const operations: ReadonlySet<Operation> = new Set([
  ...forwardedEndpoints.map(({ operation }) => operation),
  ...storedFilesAndBatches.map(({ operation }) => operation),
]);

export function isForwarded(operation: Operation): boolean {
  return operations.has(operation);
}

/** What the vendor takes where the client names no model. https://platform.openai.com/docs/api-reference/moderations */
const usualModels: Readonly<Partial<Record<Operation, string>>> = { moderations: "omni-moderation-latest" };

/** Throws GhostError `invalid_request_error` where no model is named. */
export function parseForwarded(operation: Operation, body: Buffer, line: RequestLine): ParsedRequest {
  const boundary = boundaryOf(line.contentType ?? "");
  return boundary === null ? parseDocument(operation, body) : parseForm(operation, body, boundary, line);
}

function parseDocument(operation: Operation, body: Buffer): ParsedRequest {
  const fields = parseBody(body.toString("utf8"));
  const model = fields["model"] ?? usualModels[operation];
  modelName(model, "model");
  return {
    operation,
    body,
    members: findMembers(body),
    model: String(model),
    stream: fields["stream"] === true || fields["stream_format"] === "sse",
    wantsStreamUsage: true,
    promptTokensEstimate: estimateTokens(body.length),
    textBytes: body.length + repeatedBytes(operation, fields),
    maxOutputTokens: null,
    answers: Math.max(1, countOf(fields["n"])),
  };
}

/** What is ranked is read with the question, each time anew. */
function repeatedBytes(operation: Operation, { query, documents }: JsonObject): number {
  if (operation !== "rerank" || !Array.isArray(documents)) return 0;
  return documents.length * (stringify(query)?.length ?? 0) * 3;
}

/** Sound has some 10 tokens a second, which take a kilobyte at least; a picture has some 1,500 in all. */
const bytesPerMediaToken = 100;
const tokensPerForm = 1_500;
/** The longest prompt that vendors take with a file, and the fields beside it. */
const longestFormText = 40_000;
const mostPictures = 10;

/** A vendor may read either of two fields of a name. */
function countFormAnswers(body: Buffer, boundary: string): number {
  const named = findField(body, boundary, "n");
  if (named === null) return body.includes('name="n"') ? mostPictures : 1;
  return Math.max(1, countOf(Number(named.value)));
}

function parseForm(operation: Operation, body: Buffer, boundary: string, { contentType }: RequestLine): ParsedRequest {
  const model = findField(body, boundary, "model");
  if (model === null || model.value === "") {
    const message = "Invalid 'model': expected one field of the form that names a model.";
    throw new GhostError("invalid_request_error", message, { param: "model" });
  }
  modelName(model.value, "model");
  return {
    operation,
    body,
    members: null,
    form: { contentType: contentType ?? "", modelStart: model.start, modelEnd: model.end },
    model: model.value,
    stream: findField(body, boundary, "stream")?.value === "true",
    wantsStreamUsage: true,
    promptTokensEstimate: Math.min(Math.ceil(body.length / bytesPerMediaToken), tokensPerForm) + tokensPerForm,
    textBytes: Math.min(body.length, longestFormText),
    maxOutputTokens: null,
    answers: countFormAnswers(body, boundary),
  };
}

/** `input_tokens` with their kinds, as OpenAI counts what is no chat; Voyage and Jina tell `total_tokens` alone. */
export function readForwardedUsage(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  const input = memberOf(usage, "input_tokens_details") ?? memberOf(usage, "input_token_details");
  const output = memberOf(usage, "output_tokens_details");
  const completionTokens = countOf(usage["output_tokens"] ?? usage["completion_tokens"]);
  const told = countOf(usage["input_tokens"] ?? usage["prompt_tokens"]);
  const promptTokens = told || Math.max(0, countOf(usage["total_tokens"]) - completionTokens);
  if (promptTokens + completionTokens === 0) return null;
  return {
    promptTokens,
    completionTokens,
    cachedTokens: countOf(memberOf(input, "cached_tokens")),
    reasoningTokens: 0,
    audioPromptTokens: countOf(memberOf(input, "audio_tokens")),
    imagePromptTokens: countOf(memberOf(input, "image_tokens")),
    imageCompletionTokens: countOf(memberOf(output, "image_tokens")),
    ...present({ vendorCostNanos: vendorCostOf(usage) }),
  };
}
