// A client's request in this dialect -> what it means. Called for requests that go to a target of another dialect.
// Every field is either understood, or kept in `extras`: encode-request.ts makes the same body of it again.

import { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { present } from "#dialects/fields/extras.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import type { AnswerFormat, ChatRequest, Sampling, Tool } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";
import { decodeMessages, decodeSystem } from "./decode-message.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";
import { decodeReasoningWish } from "#dialects/anthropic-messages/reasoning-wish.ts";
import { decodeTool, decodeToolChoice } from "#dialects/anthropic-messages/tools.ts";

const exact = new ExactMembers({ texts: ["input"], numbers: ["input_schema", "schema"] });

export function decodeRequest({ body, model }: ParsedRequest): ChatRequest {
  const fields = parseExactly(body.toString("utf8"), exact);
  if (!isObject(fields)) throw new GhostError("invalid_request_error", "The request body must be a JSON object.");
  const reader = new FieldReader(dialect, fields);
  reader.drop("model");
  const metadata = innerReader(reader, "metadata");
  const output = innerReader(reader, "output_config");
  const request = {
    model,
    messages: [...decodeSystem(reader), ...decodeMessages(reader.list("messages") ?? [])],
    tools: decodeTools(reader),
    ...decodeToolChoice(reader),
    sampling: decodeSampling(reader),
    stopSequences: decodeStop(reader),
    stream: decodeStream(reader),
    ...present({
      maxOutputTokens: decodeOutputLimit(reader),
      reasoning: decodeReasoningWish(reader, output),
      format: decodeFormat(reader, output),
      serviceTier: reader.text("service_tier"),
      userId: metadata.string("user_id"),
    }),
  };
  return { ...request, ...reader.extras({ metadata: metadata.rest(), output_config: output.rest() }) };
}

/** Of an object whose fields are read one by one. An empty one is kept as it is. */
function innerReader(reader: FieldReader, field: string): FieldReader {
  const value = reader.peek(field);
  const isHeld = isObject(value) && Object.keys(value).length > 0;
  if (isHeld) reader.drop(field);
  return new FieldReader(dialect, isHeld ? value : {});
}

function decodeTools(reader: FieldReader): readonly Tool[] {
  const tools = reader.list("tools");
  if (tools?.length === 0) reader.spell("tools", "empty");
  return (tools ?? []).map(decodeTool);
}

function decodeSampling(reader: FieldReader): Sampling {
  return present({
    temperature: reader.number("temperature"),
    topP: reader.number("top_p"),
    topK: reader.number("top_k"),
  });
}

/** The dialect demands a limit; who wrote none is judged by the vendor. The spelling marks a request of this dialect. */
function decodeOutputLimit(reader: FieldReader): number | undefined {
  const limit = reader.number("max_tokens");
  reader.spell("max_tokens", limit === undefined ? "absent" : "told");
  return limit;
}

function decodeStop(reader: FieldReader): readonly string[] {
  const list = reader.take("stop_sequences", isStringList) ?? [];
  if (list.length === 0 && Array.isArray(reader.peek("stop_sequences"))) reader.spellAsWritten("stop_sequences");
  return list;
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

function decodeStream(reader: FieldReader): boolean {
  const stream = reader.boolean("stream");
  if (stream === false) reader.spell("stream", false);
  return stream ?? false;
}

/** `output_config.format`, or `output_format` as it was called before. */
function decodeFormat(reader: FieldReader, output: FieldReader): AnswerFormat | undefined {
  const format = readFormat(output.peek("format"));
  if (format !== undefined) {
    output.drop("format");
    return format;
  }
  const older = readFormat(reader.peek("output_format"));
  if (older === undefined) return undefined;
  reader.drop("output_format");
  reader.spell("format", "output_format");
  return older;
}

function readFormat(value: unknown): AnswerFormat | undefined {
  if (!isObject(value) || value["type"] !== "json_schema") return undefined;
  const reader = new FieldReader(dialect, value);
  reader.drop("type");
  const schema = reader.object("schema");
  return schema === undefined ? undefined : { kind: "schema", schema, ...reader.extras() };
}
