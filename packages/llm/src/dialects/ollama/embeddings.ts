// `/api/embed`, both ways, and the older `/api/embeddings` of one text.

import { GhostError } from "@ghostllm/contract";
import type { ClientEmbeddings, ElapsedMs, UpstreamEmbeddings } from "#dialects/dialect.ts";
import type { EncodedRequest, ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { ownFields, present, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import type { EmbeddingsRequest, EmbeddingsResult } from "#embeddings.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import { encodeDurations } from "./durations.ts";
import { dialect } from "./name.ts";
import { encodeUsage, readUsage } from "./usage.ts";

export const clientEmbeddings: ClientEmbeddings = { decodeRequest, encodeResult };
export const upstreamEmbeddings: UpstreamEmbeddings = { encodeRequest, decodeResult };

function decodeRequest({ operation, body, model }: ParsedRequest): EmbeddingsRequest {
  const fields = parseJson(body.toString("utf8"));
  if (!isObject(fields)) throw new GhostError("invalid_request_error", "The request body must be a JSON object.");
  const reader = new FieldReader(dialect, fields);
  reader.drop("model");
  const text = reader.string(operation === "embed_content" ? "prompt" : "input");
  if (text !== undefined) reader.spell("input", "string");
  const inputs = text === undefined ? (reader.take("input", isStringList) ?? []) : [text];
  // To cut a text that is too long is the usual state.
  if (reader.peek("truncate") === true) reader.spellAsWritten("truncate");
  const dimensions = reader.number("dimensions");
  return { model, inputs, ...present({ dimensions }), wantsBase64: false, ...reader.extras() };
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

function encodeRequest(request: EmbeddingsRequest, { model }: RequestEdits): EncodedRequest {
  const notes: Notes = new Set();
  const { inputs, dimensions, task, userId, extras } = request;
  if (!isStringList(inputs)) {
    throw new GhostError("invalid_request_error", "The provider embeds texts only, not token numbers.", {
      param: "input",
    });
  }
  const { input: form, truncate } = spellingOf(extras, dialect);
  const isText = form === "string" && inputs.length === 1;
  const fields = ownFields(extras, dialect, notes);
  const body = { model, input: isText ? inputs[0] : inputs, ...present({ dimensions, truncate }), ...fields };
  if (task !== undefined) notes.add("task");
  if (userId !== undefined) notes.add("user");
  return { body: writeJson(body, "invalid_request_error"), notes: [...notes] };
}

function decodeResult(body: Buffer): EmbeddingsResult | null {
  const answer = parseJson(body.toString("utf8"));
  const vectors = memberOf(answer, "embeddings");
  if (!isObject(answer) || !Array.isArray(vectors) || !vectors.every(isVector)) return null;
  const reader = new FieldReader(dialect, answer);
  for (const field of ["embeddings", "prompt_eval_count"]) reader.drop(field);
  return { model: reader.string("model") ?? "", vectors, usage: readUsage(answer), ...reader.extras() };
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

function encodeResult(
  { model, vectors, usage, extras }: EmbeddingsResult,
  { operation, model: asked }: ParsedRequest,
  elapsedMs?: ElapsedMs,
): string {
  // The older path has one vector, and nothing else.
  if (operation === "embed_content") return writeJson({ embedding: vectors[0] ?? [] }, "provider_error");
  const { prompt_eval_count: count } = encodeUsage(usage);
  const { total_duration: total, load_duration: load } = encodeDurations(elapsedMs, null);
  const measured = present({ total_duration: total, load_duration: load, prompt_eval_count: count });
  const told = { model: model || asked, embeddings: vectors, ...measured };
  return writeJson({ ...told, ...ownFields(extras, dialect, new Set()) }, "provider_error");
}
