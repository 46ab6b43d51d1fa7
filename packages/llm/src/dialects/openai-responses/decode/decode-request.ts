// A client's request in this dialect -> what it means. Called for requests that go to a target of another dialect.
// Every field is either understood, or kept in `extras`: encode-request.ts makes the same body of it again.

import { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { present } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import { decodeServiceTier } from "#dialects/openai/openai-service-tier.ts";
import type { ChatRequest, Message, ReasoningWish } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";
import { decodeFormat } from "#dialects/openai-responses/answer-format.ts";
import { decodeItems } from "./decode-message.ts";
import { decodeLogprobs } from "#dialects/openai-responses/logprobs.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import { decodeToolChoice } from "#dialects/openai-responses/tool-choice.ts";
import { ToolNames } from "#dialects/openai-responses/tool-names.ts";
import { decodeTools } from "#dialects/openai-responses/tools.ts";
import { refuseKeptState } from "./vendor-state.ts";

const exact = new ExactMembers({ numbers: ["parameters", "schema"] });

export function decodeRequest({ body, model }: ParsedRequest): ChatRequest {
  const fields = parseExactly(body.toString("utf8"), exact);
  if (!isObject(fields)) throw new GhostError("invalid_request_error", "The request body must be a JSON object.");
  refuseKeptState(fields);
  const reader = new FieldReader(dialect, fields);
  reader.drop("model");
  dropSilentFields(reader);
  const names = new ToolNames(fields["tools"]);
  const { allowed, ...choice } = decodeToolChoice(reader, names);
  const text = innerReader(reader, "text");
  const request = {
    model,
    messages: [...decodeInstructions(reader), ...decodeInput(reader, names)],
    tools: decodeTools(readTools(reader), names, allowed),
    ...choice,
    sampling: present({ temperature: reader.number("temperature"), topP: reader.number("top_p") }),
    stopSequences: [],
    stream: decodeStream(reader),
    ...decodeServiceTier(reader),
    ...present({
      allowsParallelToolCalls: reader.boolean("parallel_tool_calls"),
      maxOutputTokens: reader.number("max_output_tokens"),
      format: decodeFormat(text),
      reasoning: decodeReasoningWish(reader),
      logprobs: decodeLogprobs(reader),
      userId: decodeUser(reader),
    }),
  };
  return { ...request, ...reader.extras({ text: text.rest() }) };
}

/** An empty one says nothing, and what is no object stays where it is. */
function innerReader(reader: FieldReader, field: string): FieldReader {
  const value = reader.peek(field);
  if (!isObject(value)) return new FieldReader(dialect, {});
  if (Object.keys(value).length === 0) reader.spell(field, "empty");
  reader.drop(field);
  return new FieldReader(dialect, value);
}

/** What asks for nothing but what every target does. */
function dropSilentFields(reader: FieldReader): void {
  const silent: readonly (readonly [field: string, value: unknown])[] = [
    ["store", false],
    ["background", false],
    ["truncation", "disabled"],
  ];
  for (const [field, value] of silent) if (reader.peek(field) === value) reader.spellAsWritten(field);
  if (isObject(reader.peek("stream_options"))) reader.spellAsWritten("stream_options");
}

function decodeInstructions(reader: FieldReader): readonly Message[] {
  const text = reader.text("instructions");
  if (text === undefined) {
    if (reader.peek("instructions") === "") reader.spellAsWritten("instructions");
    return [];
  }
  const extras = { dialect, fields: {}, spelling: { place: "instructions" } };
  return [{ role: "system", content: [{ kind: "text", text }], extras }];
}

/** The spelling marks a request of this dialect. */
function decodeInput(reader: FieldReader, names: ToolNames): readonly Message[] {
  const text = reader.string("input");
  const items = reader.list("input");
  reader.spell("input", text !== undefined ? "string" : items !== undefined ? "list" : "absent");
  if (text !== undefined) return [{ role: "user", content: [{ kind: "text", text }] }];
  let calls = 0;
  return decodeItems(items ?? [], { names, makeId: () => `call_${(calls += 1)}` });
}

function readTools(reader: FieldReader): readonly unknown[] {
  const tools = reader.list("tools");
  if (tools?.length === 0) reader.spell("tools", "empty");
  return tools ?? [];
}

function decodeStream(reader: FieldReader): boolean {
  const stream = reader.boolean("stream");
  if (stream === false) reader.spell("stream", false);
  return stream ?? false;
}

/** How much to think. What is to be told of it has no other place. */
function decodeReasoningWish(reader: FieldReader): ReasoningWish | undefined {
  const value = reader.object("reasoning");
  if (value === undefined) return undefined;
  const inner = new FieldReader(dialect, value);
  const effort = inner.text("effort");
  reader.spell("reasoning", inner.rest());
  return effort === undefined ? undefined : { effort };
}

/** `user` was parted into the newer two; the one for safety names a person as well. */
function decodeUser(reader: FieldReader): string | undefined {
  const user = reader.text("user");
  if (user !== undefined) return user;
  const safety = reader.text("safety_identifier");
  if (safety !== undefined) reader.spell("user", "safety_identifier");
  return safety;
}
