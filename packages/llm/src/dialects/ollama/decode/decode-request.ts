// A client's request in this dialect -> what it means. Called for requests that go to a target of another dialect.
// Every field is either understood, or kept in `extras`: encode-request.ts makes the same body of it again.

import { readAskedLogprobs } from "#dialects/fields/asked-logprobs.ts";
import { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { present } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { ChatRequest, Message } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";
import { decodeFormat } from "#dialects/ollama/answer-format.ts";
import { decodeMessages } from "./decode-message.ts";
import { decodePrompt } from "#dialects/ollama/generate.ts";
import { dialect } from "#dialects/ollama/name.ts";
import { decodeOptions } from "#dialects/ollama/options.ts";
import { decodeReasoningWish } from "#dialects/ollama/reasoning-wish.ts";
import { decodeTools } from "#dialects/ollama/tools.ts";

const exact = new ExactMembers({ texts: ["arguments"], numbers: ["parameters", "format"] });

export function decodeRequest({ body, model, operation }: ParsedRequest): ChatRequest {
  const fields = parseExactly(body.toString("utf8"), exact);
  if (!isObject(fields)) throw new GhostError("invalid_request_error", "The request body must be a JSON object.");
  const reader = new FieldReader(dialect, fields);
  reader.drop("model");
  const options = innerReader(reader, "options");
  const request = {
    model,
    messages: operation === "generate" ? decodePrompt(reader) : decodeChat(reader),
    tools: operation === "generate" ? [] : decodeTools(reader),
    ...decodeOptions(options, reader),
    stream: decodeStream(reader),
    ...present({
      format: decodeFormat(reader),
      reasoning: decodeReasoningWish(reader),
      logprobs: readAskedLogprobs(reader),
    }),
  };
  return { ...request, ...reader.extras({ options: options.rest() }) };
}

/** Of an object whose fields are read one by one. An empty one says nothing. */
function innerReader(reader: FieldReader, field: string): FieldReader {
  const value = reader.peek(field);
  const isHeld = isObject(value) && Object.keys(value).length > 0;
  if (isHeld) reader.drop(field);
  else if (isObject(value) || value === null) reader.spellAsWritten(field);
  return new FieldReader(dialect, isHeld ? value : {});
}

function decodeChat(reader: FieldReader): readonly Message[] {
  const messages = reader.list("messages");
  if (messages === undefined) reader.spell("messages", "absent");
  return decodeMessages(messages ?? []);
}

/** Who says nothing wants a stream. */
function decodeStream(reader: FieldReader): boolean {
  const stream = reader.boolean("stream");
  if (stream === undefined) reader.spell("stream", "absent");
  return stream ?? true;
}
