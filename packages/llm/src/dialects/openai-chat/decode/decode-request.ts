// A client's request in this dialect -> what it means. Called for requests that go to a target of another dialect.
// Every field is either understood, or kept in `extras`: encode-request.ts makes the same body of it again.

import { readAskedLogprobs } from "#dialects/fields/asked-logprobs.ts";
import { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { present } from "#dialects/fields/extras.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import type { AnswerFormat, ChatRequest, ReasoningWish, Sampling, Tool } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";
import { decodeFormat } from "#dialects/openai-chat/answer-format.ts";
import { decodeMessages } from "./decode-message.ts";
import { dialect } from "#dialects/openai-chat/name.ts";
import { decodeServiceTier } from "#dialects/openai/openai-service-tier.ts";
import { decodeFunction, decodeTool, decodeToolChoice } from "#dialects/openai-chat/tools.ts";

const exact = new ExactMembers({ texts: ["arguments"], numbers: ["parameters", "schema"] });

export function decodeRequest({ body, model }: ParsedRequest): ChatRequest {
  const fields = parseExactly(body.toString("utf8"), exact);
  if (!isObject(fields)) throw new GhostError("invalid_request_error", "The request body must be a JSON object.");
  const reader = new FieldReader(dialect, fields);
  reader.drop("model");
  const request = {
    model,
    messages: decodeMessages(reader.list("messages") ?? []),
    tools: decodeTools(reader),
    ...decodeToolChoice(reader),
    sampling: decodeSampling(reader),
    stopSequences: decodeStop(reader),
    stream: decodeStream(reader),
    ...decodeServiceTier(reader),
    ...present({
      allowsParallelToolCalls: reader.boolean("parallel_tool_calls"),
      maxOutputTokens: decodeOutputLimit(reader),
      answers: reader.number("n"),
      format: decodeAnswerFormat(reader),
      reasoning: decodeReasoningWish(reader),
      logprobs: readAskedLogprobs(reader),
      userId: reader.string("user"),
    }),
  };
  return { ...request, ...reader.extras() };
}

function decodeTools(reader: FieldReader): readonly Tool[] {
  const tools = reader.list("tools");
  if (tools?.length === 0) reader.spell("tools", "empty");
  const functions = reader.list("functions");
  if (functions?.length === 0) reader.spell("functions", "empty");
  return [...(tools ?? []).map(decodeTool), ...(functions ?? []).map(decodeFunction)];
}

function decodeSampling(reader: FieldReader): Sampling {
  const topK = reader.number("top_k");
  if (topK !== undefined) reader.spell("topK", "top_k");
  return present({
    temperature: reader.number("temperature"),
    topP: reader.number("top_p"),
    topK,
    frequencyPenalty: reader.number("frequency_penalty"),
    presencePenalty: reader.number("presence_penalty"),
    seed: reader.number("seed"),
  });
}

/** The newer name first. Where both are given, the older one is told to the vendor that reads it. */
function decodeOutputLimit(reader: FieldReader): number | undefined {
  const limit = reader.number("max_completion_tokens");
  if (limit !== undefined) {
    reader.spell("outputLimit", "max_completion_tokens");
    if (typeof reader.peek("max_tokens") === "number") reader.spellAsWritten("max_tokens");
    return limitOf(limit);
  }
  const older = reader.number("max_tokens");
  if (older !== undefined) reader.spell("outputLimit", "max_tokens");
  return limitOf(older);
}

/** -1 is none. */
function limitOf(told: number | undefined): number | undefined {
  return told === undefined || told < 0 ? undefined : told;
}

function decodeStop(reader: FieldReader): readonly string[] {
  const text = reader.string("stop");
  if (text !== undefined) {
    reader.spell("stop", "string");
    return [text];
  }
  const list = reader.take("stop", isStringList) ?? [];
  if (list.length === 0 && Array.isArray(reader.peek("stop"))) reader.spellAsWritten("stop");
  return list;
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

/** The gateway always asks for usage, and tells it to clients that asked: no other option means anything elsewhere. */
function decodeStream(reader: FieldReader): boolean {
  if (isObject(reader.peek("stream_options"))) reader.spellAsWritten("stream_options");
  const stream = reader.boolean("stream");
  if (stream === false) reader.spell("stream", false);
  return stream ?? false;
}

function decodeAnswerFormat(reader: FieldReader): AnswerFormat | undefined {
  const format = decodeFormat(reader.peek("response_format"));
  if (format !== undefined) reader.drop("response_format");
  return format;
}

/** Objects that say how much to think, with their name for a budget: OpenRouter's, and Anthropic's as some clients send it. */
const wishFields = { reasoning: "max_tokens", thinking: "budget_tokens" } as const;

function decodeReasoningWish(reader: FieldReader): ReasoningWish | undefined {
  const word = reader.string("reasoning_effort");
  if (word !== undefined) return { effort: word };
  for (const [field, budget] of Object.entries(wishFields)) {
    const value = reader.peek(field);
    const inner = new FieldReader(dialect, isObject(value) ? value : {});
    const wish = present({ effort: inner.string("effort"), budgetTokens: inner.number(budget) });
    if (Object.keys(wish).length === 0) continue;
    reader.drop(field);
    reader.spell(field, inner.rest());
    return wish;
  }
  return undefined;
}
