// One message of a request: a table of one small function per role. A message of an unknown role comes back as it was.

import { decodeByRole } from "#dialects/fields/decode-by-role.ts";
import type { RoleDecoders } from "#dialects/fields/decode-by-role.ts";
import { isString } from "#dialects/fields/field-reader.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { Message, MessageRole, Opaque, Part, ToolCallPart, ToolResultPart } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import { decodeCacheMark } from "#dialects/openai-chat/cache-mark.ts";
import { decodeContent } from "./decode-content.ts";
import type { DecodedContent } from "./decode-content.ts";
import { isPlainText } from "#dialects/fields/plain-text.ts";
import { dialect } from "#dialects/openai-chat/name.ts";
import { decodeReasoning } from "#dialects/openai-chat/reasoning.ts";
import { decodeToolCall } from "#dialects/openai-chat/tool-calls.ts";

interface Conversation {
  /** Messages so far, which name calls that have no id. */
  count: number;
  /** Old functions have no ids: a result belongs to the call before it. */
  lastFunctionCallId: string;
}

const decoders: RoleDecoders<Conversation> = {
  system: (reader) => decodeSpoken("system", reader),
  developer(reader) {
    reader.spell("role", "developer");
    return decodeSpoken("system", reader);
  },
  user: (reader) => decodeSpoken("user", reader),
  assistant: decodeAssistant,
  tool: decodeToolResult,
  function: decodeFunctionResult,
};

export function decodeMessages(messages: readonly unknown[]): readonly Message[] {
  const conversation: Conversation = { count: 0, lastFunctionCallId: "call_0" };
  return messages.map((message) => {
    conversation.count += 1;
    return decodeByRole(message, decoders, conversation, dialect);
  });
}

function decodeSpoken(role: MessageRole, reader: FieldReader): Message {
  const content = decodeContent(reader);
  spellContent(reader, content, "");
  return finishMessage(role, content.parts, reader);
}

function finishMessage(role: MessageRole, content: readonly Part[], reader: FieldReader): Message {
  const name = reader.string("name");
  return { role, content, ...(name !== undefined && { name }), ...decodeCacheMark(reader), ...reader.extras() };
}

/** Notes the form of a content where it is not what the encoder would choose. */
function spellContent(reader: FieldReader, { parts, form }: DecodedContent, empty: "" | null): void {
  const isText = parts.length === 1 && isPlainText(parts[0], dialect);
  const usual = parts.length === 0 ? (empty === null ? "null" : "string") : isText ? "string" : "list";
  if (form !== usual && form !== "other") reader.spell("content", form);
}

function decodeAssistant(reader: FieldReader, conversation: Conversation): Message {
  const reasoning = decodeReasoning(reader);
  const content = decodeContent(reader);
  spellContent(reader, content, null);
  const refusal = reader.text("refusal");
  const parts: readonly Part[] = [
    ...reasoning,
    ...content.parts,
    ...(refusal === undefined ? [] : [{ kind: "refusal", text: refusal } as const]),
    ...decodeToolCalls(reader, `call_${conversation.count}`),
    ...decodeFunctionCall(reader, conversation),
  ];
  return finishMessage("assistant", parts, reader);
}

/** Also of an answer. `idPrefix` begins the names of calls that have no id. */
export function decodeToolCalls(reader: FieldReader, idPrefix: string): readonly (ToolCallPart | Opaque)[] {
  const calls = reader.list("tool_calls") ?? [];
  if (reader.has("tool_calls") && calls.length === 0) reader.spellAsWritten("tool_calls");
  return calls.map((call, index) => decodeToolCall(call, () => `${idPrefix}_${index}`));
}

function decodeFunctionCall(reader: FieldReader, conversation: Conversation): readonly ToolCallPart[] {
  const id = `call_${conversation.count}`;
  const call = readFunctionCall(reader, id);
  if (call === undefined) return [];
  conversation.lastFunctionCallId = id;
  return [call];
}

/** Before there were tool calls there was one `function_call`. Some vendors write an empty one into every message. */
export function readFunctionCall(reader: FieldReader, id: string): ToolCallPart | undefined {
  const call = reader.take("function_call", isFunctionCall);
  if (call === undefined) return undefined;
  const extras = { dialect, fields: {}, spelling: { place: "function_call" } };
  return { kind: "tool_call", id, name: call.name, argumentsText: call.arguments, extras };
}

function isFunctionCall(value: unknown): value is { readonly name: string; readonly arguments: string } {
  if (!isObject(value) || Object.keys(value).length !== 2) return false;
  return isString(value["name"]) && value["name"] !== "" && isString(value["arguments"]);
}

function decodeToolResult(reader: FieldReader): Message {
  const callId = reader.string("tool_call_id");
  if (callId === undefined) reader.spell("tool_call_id", "absent");
  return resultMessage(reader, callId ?? "");
}

function decodeFunctionResult(reader: FieldReader, { lastFunctionCallId }: Conversation): Message {
  reader.spell("role", "function");
  return resultMessage(reader, lastFunctionCallId);
}

function resultMessage(reader: FieldReader, callId: string): Message {
  const written = reader.peek("content");
  const content = decodeContent(reader);
  spellContent(reader, content, "");
  const name = reader.string("name");
  if (name !== undefined) reader.spell("name", true);
  const held = content.parts.map((part, index) =>
    toResultContent(part, Array.isArray(written) ? written[index] : part),
  );
  const told = { ...(name !== undefined && { name }), content: held };
  const part: ToolResultPart = { kind: "tool_result", callId, ...told, ...decodeCacheMark(reader), ...reader.extras() };
  return { role: "user", content: [part] };
}

function toResultContent(part: Part, value: unknown): ToolResultPart["content"][number] {
  const isHeld = part.kind === "text" || part.kind === "image" || part.kind === "document" || part.kind === "audio";
  return isHeld ? part : { kind: "opaque", dialect, value };
}
