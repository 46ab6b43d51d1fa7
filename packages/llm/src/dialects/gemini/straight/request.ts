import { modelName } from "#dialects/fields/field-checks.ts";
import type { ParsedRequest, RequestLine } from "#dialects/parsed-request.ts";
import { readFewFields } from "#dialects/bodies/few-fields.ts";
import { parseBody } from "#dialects/bodies/parse-body.ts";
import type { Operation } from "#operations.ts";
import { findMembers } from "#wire/json-members.ts";
import { checkFields } from "./fields.ts";
import { largeBody } from "./large-body.ts";
import { measurePrompt } from "./prompt-size.ts";
import { fieldOf } from "#dialects/gemini/proto.ts";

/** Reads the fields that the gateway acts on; the model and the wish for a stream stand in the path. */
export function parseRequest(operation: Operation, body: Buffer, line?: RequestLine): ParsedRequest {
  const members = findMembers(body);
  const isChat = operation === "chat.completions";
  const fields = (isChat ? readFewFields(body, members, largeBody) : null) ?? parseBody(body.toString("utf8"));
  checkFields(operation, fields);
  const config = fieldOf(fields, "generationConfig");
  return {
    operation,
    body,
    members,
    model: readModel(line),
    stream: line?.stream ?? false,
    // Streams of this dialect tell it to everybody.
    wantsStreamUsage: true,
    // Counting is free.
    ...(operation === "count_tokens" ? { promptTokensEstimate: 0 } : measurePrompt(body, fields)),
    maxOutputTokens: isChat ? numberOf(config, "maxOutputTokens") : 0,
    answers: isChat ? (numberOf(config, "candidateCount") ?? 1) : 0,
    query: line?.query ?? "",
  };
}

/** `models/` is the collection that the model is in, which some clients write twice; Vertex AI's name its publisher, too. */
const collection = /^(?:(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/[^/]+\/)?models\//;

function readModel(line: RequestLine | undefined): string {
  const model = (line?.model ?? "").replace(collection, "");
  modelName(model, "model");
  return model;
}

function numberOf(object: unknown, field: string): number | null {
  const value = fieldOf(object, field);
  if (typeof value === "string") return Number(value);
  return typeof value === "number" ? value : null;
}

/** Does the client want events? Without `alt=sse` the vendor streams one JSON array. */
export function wantsEvents({ query }: Pick<ParsedRequest, "query">): boolean {
  const parameters = new URLSearchParams(query);
  return (parameters.get("alt") ?? parameters.get("$alt") ?? "").startsWith("sse");
}
