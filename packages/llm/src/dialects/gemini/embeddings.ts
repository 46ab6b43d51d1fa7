// Embeddings of one content or of a batch, both ways. https://ai.google.dev/api/embeddings

import { GhostError } from "@ghostllm/contract";
import type { EncodedRequest, ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { ownFields, present, writeJson } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { fault } from "#dialects/fields/field-checks.ts";
import { isVector } from "#dialects/fields/vectors.ts";
import type { EmbeddingsRequest, EmbeddingsResult } from "#embeddings.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";
import { fieldOf, ProtoReader, repeatedOf } from "./proto.ts";
import { writeModel } from "./models.ts";
import { encodeUsage, readUsage } from "./usage.ts";

export function decodeEmbeddingsRequest({ operation, body, model }: ParsedRequest): EmbeddingsRequest {
  const fields = parseJson(body.toString("utf8"));
  const requests: readonly unknown[] =
    operation === "embed_content" ? [fields] : listOf(isObject(fields) ? fields["requests"] : undefined);
  const [first] = requests;
  if (first === undefined) return fault("requests", "at least one request");
  const wishes = requests.map(readWish);
  const [wish = readWish(first)] = wishes;
  const isSame = wishes.every(({ dimensions, task }) => dimensions === wish.dimensions && task === wish.task);
  // The wishes of a batch are one in other dialects.
  if (!isSame) fault("requests", "the same taskType and outputDimensionality in each");
  const inputs = requests.map((request, at) =>
    textOf(request, operation === "embed_content" ? "" : `requests[${at}].`),
  );
  return { model, inputs, wantsBase64: false, ...wish };
}

function readWish(request: unknown): Pick<EmbeddingsRequest, "dimensions" | "task" | "extras"> {
  const reader = new ProtoReader(isObject(request) ? request : {});
  for (const field of ["model", "content"]) reader.drop(field);
  const wish = present({ dimensions: reader.number("outputDimensionality"), task: reader.text("taskType") });
  return { ...wish, ...reader.extras() };
}

/** Other dialects embed texts alone. */
function textOf(request: unknown, path: string): string {
  const parts = repeatedOf(fieldOf(request, "content"), "parts");
  const texts = parts.map((part) => {
    const text = memberOf(part, "text");
    return typeof text === "string" ? text : fault(`${path}content.parts`, "texts, which alone this model can embed");
  });
  return texts.join("\n");
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function encodeEmbeddingsResult({ vectors, usage }: EmbeddingsResult, { operation }: ParsedRequest): string {
  const embeddings = vectors.map((values) => ({ values }));
  const told = usage === null ? {} : { usageMetadata: encodeUsage(usage) };
  const body = operation === "embed_content" ? { embedding: embeddings[0] ?? { values: [] } } : { embeddings };
  return JSON.stringify({ ...body, ...told });
}

/** Always as a batch, which is the path of this operation. */
export function encodeEmbeddingsRequest(request: EmbeddingsRequest, { model }: RequestEdits): EncodedRequest {
  const notes: Notes = new Set();
  const kept = ownFields(request.extras, dialect, notes);
  if (request.userId !== undefined) notes.add("user");
  const wish = present({ taskType: request.task, outputDimensionality: request.dimensions });
  const requests = request.inputs.map((input): JsonObject => {
    if (typeof input === "string")
      return { ...kept, model: writeModel(model), content: { parts: [{ text: input }] }, ...wish };
    const message = "This model's provider takes texts to embed, not the numbers of tokens.";
    throw new GhostError("invalid_request_error", message, { param: "input" });
  });
  return { body: writeJson({ requests }, "invalid_request_error"), notes: [...notes] };
}

export function decodeEmbeddingsResult(body: Buffer): EmbeddingsResult | null {
  const answer = parseJson(body.toString("utf8"));
  const embeddings = memberOf(answer, "embeddings") ?? [memberOf(answer, "embedding")];
  const vectors = listOf(embeddings).map((embedding) => memberOf(embedding, "values"));
  if (vectors.length === 0 || !vectors.every(isVector)) return null;
  return { model: "", vectors, usage: readUsage(memberOf(answer, "usageMetadata")) };
}
