// Embeddings, both ways. https://platform.openai.com/docs/api-reference/embeddings

import type { EncodedRequest, ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { ownFields, present, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { fault } from "#dialects/fields/field-checks.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import { isVector, readVector, writeVector } from "#dialects/fields/vectors.ts";
import type { EmbeddingsRequest, EmbeddingsResult } from "#embeddings.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import { dialect } from "./name.ts";
import { readUsage } from "./usage.ts";

export function decodeEmbeddingsRequest({ body, model }: ParsedRequest): EmbeddingsRequest {
  const fields = parseJson(body.toString("utf8"));
  const reader = new FieldReader(dialect, isObject(fields) ? fields : {});
  reader.drop("model");
  const input = reader.peek("input");
  reader.drop("input");
  if (isString(input)) reader.spell("input", "string");
  const wantsBase64 = reader.peek("encoding_format") === "base64";
  if (wantsBase64 || reader.peek("encoding_format") === "float") reader.spellAsWritten("encoding_format");
  return {
    model,
    inputs: readInputs(input),
    wantsBase64,
    ...present({ dimensions: reader.number("dimensions"), userId: reader.string("user") }),
    ...reader.extras(),
  };
}

/** One text, many texts, the tokens of one text, or of many. */
function readInputs(input: unknown): EmbeddingsRequest["inputs"] {
  if (isString(input)) return [input];
  if (isVector(input) && input.length > 0) return [input];
  const isMany = Array.isArray(input) && input.length > 0;
  if (!isMany || !input.every(isInput)) return fault("input", "texts, or the token numbers of texts");
  return input;
}

function isInput(value: unknown): value is string | readonly number[] {
  return isString(value) || isVector(value);
}

export function encodeEmbeddingsRequest(request: EmbeddingsRequest, { model }: RequestEdits): EncodedRequest {
  const notes: Notes = new Set();
  const { inputs, dimensions, userId: user, task, extras } = request;
  if (task !== undefined) notes.add("task type");
  const { input: form, encoding_format } = spellingOf(extras, dialect);
  const [first] = inputs;
  const input = form === "string" || (inputs.length === 1 && !isString(first)) ? first : inputs;
  const told = present({ input, dimensions, user, encoding_format });
  const body = { ...ownFields(extras, dialect, notes), model, ...told };
  return { body: writeJson(body, "invalid_request_error"), notes: [...notes] };
}

/** Null where the body is no answer of the dialect. Vendors may write vectors in base64 unasked. */
export function decodeEmbeddingsResult(body: Buffer): EmbeddingsResult | null {
  const answer = parseJson(body.toString("utf8"));
  const data = memberOf(answer, "data");
  if (!Array.isArray(data)) return null;
  const placed = data.map((entry: unknown, at) => ({ place: placeOf(entry, at), vector: vectorOf(entry) }));
  const vectors = placed.toSorted((a, b) => a.place - b.place).map(({ vector }) => vector);
  if (!vectors.every((vector) => vector !== null)) return null;
  const model = memberOf(answer, "model");
  return { model: isString(model) ? model : "", vectors, usage: readUsage(memberOf(answer, "usage")) };
}

function placeOf(entry: unknown, at: number): number {
  const index = memberOf(entry, "index");
  return typeof index === "number" ? index : at;
}

function vectorOf(entry: unknown): readonly number[] | null {
  const vector = memberOf(entry, "embedding");
  if (isString(vector)) return readVector(vector);
  return isVector(vector) ? vector : null;
}

export function encodeEmbeddingsResult(result: EmbeddingsResult, { body, model: asked }: ParsedRequest): string {
  const { vectors, usage, model } = result;
  const wantsBase64 = memberOf(parseJson(body.toString("utf8")), "encoding_format") === "base64";
  const promptTokens = usage?.promptTokens ?? 0;
  return JSON.stringify({
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: wantsBase64 ? writeVector(vector) : vector,
    })),
    model: model || asked,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  });
}
