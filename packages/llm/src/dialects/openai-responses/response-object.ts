// The object that is an answer, with all the fields that the official SDKs' types demand: much of it repeats the request.
// https://platform.openai.com/docs/api-reference/responses/object

import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { encodeServiceTier } from "#dialects/openai/openai-service-tier.ts";
import type { Usage } from "#hub.ts";
import { exactInRequests, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeUsage } from "./usage.ts";

export interface ResponseHead {
  readonly id: string;
  readonly createdSeconds: number;
  readonly model: string;
}

export interface ResponseBody {
  /** `status`, with what belongs to it. */
  readonly state: JsonObject;
  readonly output: readonly unknown[];
  readonly usage: Usage | null;
  readonly serviceTier?: string | undefined;
}

/** The request's fields, of which an answer repeats some. */
export function readRequestFields({ body }: Pick<ParsedRequest, "body">): JsonObject {
  const fields = parseExactly(body.toString("utf8"), exactInRequests);
  return isObject(fields) ? fields : {};
}

type Kind = "string" | "number" | "boolean" | "object" | "list";

/** What is repeated if it is of its kind, and what stands there otherwise. */
const repeated: Readonly<Record<string, readonly [kind: Kind, otherwise: unknown]>> = {
  instructions: ["string", null],
  max_output_tokens: ["number", null],
  max_tool_calls: ["number", null],
  metadata: ["object", {}],
  parallel_tool_calls: ["boolean", true],
  prompt_cache_key: ["string", null],
  safety_identifier: ["string", null],
  temperature: ["number", 1],
  text: ["object", { format: { type: "text" } }],
  tools: ["list", []],
  top_logprobs: ["number", 0],
  top_p: ["number", 1],
  truncation: ["string", "disabled"],
  user: ["string", null],
};

export function writeResponse(request: JsonObject, head: ResponseHead, body: ResponseBody): JsonObject {
  const model = head.model === "" ? request["model"] : head.model;
  return {
    id: responseId(head),
    object: "response",
    created_at: head.createdSeconds,
    background: false,
    error: null,
    incomplete_details: null,
    ...body.state,
    model,
    output: body.output,
    previous_response_id: null,
    reasoning: { effort: null, summary: null, ...objectOf(request["reasoning"]) },
    service_tier: encodeServiceTier(body.serviceTier) ?? "default",
    store: false,
    tool_choice: request["tool_choice"] ?? "auto",
    usage: body.usage === null ? null : encodeUsage(body.usage),
    ...Object.fromEntries(Object.entries(repeated).map(([field, rule]) => [field, repeat(request[field], rule)])),
  };
}

function repeat(value: unknown, [kind, otherwise]: readonly [Kind, unknown]): unknown {
  const isExpected =
    kind === "list" ? Array.isArray(value) : kind === "object" ? isObject(value) : typeof value === kind;
  return isExpected ? value : otherwise;
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** Clients know an answer by the beginning of its id. */
function responseId({ id, createdSeconds }: Pick<ResponseHead, "id" | "createdSeconds">): string {
  return id.startsWith("resp_") ? id : `resp_${idEnding({ id, createdSeconds })}`;
}

/** Vendors of the dialect take ids of at most 64 characters, with their beginnings and numbers. */
const longestEnding = 48;

/** What the ids of an answer and of its items end with. */
export function idEnding({ id, createdSeconds }: Pick<ResponseHead, "id" | "createdSeconds">): string {
  const ending = id.replace(/^resp_/, "").replaceAll(/[^a-zA-Z0-9_-]/g, "_") || `${createdSeconds}`;
  return ending.slice(-longestEnding);
}

/** An answer that failed, as far as it is known. */
export function failedState(message: string, code: string): JsonObject {
  return { status: "failed", error: { code, message } };
}
