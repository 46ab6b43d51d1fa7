// The messages of a request as the dialect writes them. Results of tools are messages of their own here, which must
// follow the calls without another message between them, and which hold texts only: other content moves behind them.

import { noteOpaque, ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import { lostThoughts } from "#dialects/seals/seals.ts";
import type { MediaPart, Message, Opaque, Part, ReasoningPart, ToolCallPart, ToolResultPart } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCacheMark } from "#dialects/openai-chat/cache-mark.ts";
import { contentOf, encodeContent, isContent } from "./encode-content.ts";
import type { EncodeContext } from "#dialects/openai-chat/encode-context.ts";
import { noThought } from "#dialects/openai-chat/straight/kept-thoughts.ts";
import { dialect } from "#dialects/openai-chat/name.ts";
import { encodeDetails, joinReasoning, textFields } from "#dialects/openai-chat/reasoning.ts";
import { encodeToolCall } from "#dialects/openai-chat/tool-calls.ts";

export function encodeMessages(messages: readonly Message[], context: EncodeContext): readonly unknown[] {
  const written: unknown[] = [];
  const behindResults: unknown[] = [];
  for (const message of messages) {
    const results = message.content.filter((part) => part.kind === "tool_result");
    if (results.length === 0) {
      written.push(...behindResults.splice(0), ...encodeMessage(message, context));
      continue;
    }
    written.push(...results.map((result) => encodeResult(result, context)));
    behindResults.push(...encodeBehindResults(message, results, context));
  }
  return [...written, ...behindResults];
}

function encodeBehindResults(
  message: Message,
  results: readonly ToolResultPart[],
  context: EncodeContext,
): readonly unknown[] {
  const moved = results.flatMap((result) => (isWrittenAsItIs(result) ? [] : result.content.filter(isMedia)));
  const others = message.content.filter((part) => part.kind !== "tool_result");
  const content = [...moved, ...others];
  return content.length === 0 ? [] : encodeMessage({ ...message, content }, context);
}

function isMedia(part: Part): part is MediaPart {
  return part.kind === "image" || part.kind === "document" || part.kind === "audio";
}

/** A client of this dialect that put media into a result knows a vendor that takes them there. */
function isWrittenAsItIs({ extras }: ToolResultPart): boolean {
  return spellingOf(extras, dialect)["content"] === "list";
}

function encodeResult(result: ToolResultPart, context: EncodeContext): JsonObject {
  const { role, tool_call_id: id, content: form } = spellingOf(result.extras, dialect);
  const held = isWrittenAsItIs(result) ? result.content : result.content.filter((part) => !isMedia(part));
  if (result.isError) context.notes.add("is_error");
  const isFunction = role === "function";
  return {
    role: isFunction ? "function" : "tool",
    ...(!isFunction && id !== "absent" && { tool_call_id: result.callId }),
    ...encodeName(result, isFunction),
    ...present({ content: encodeContent(held, form, "", context) }),
    ...ownFields(result.extras, dialect, context.notes),
    ...encodeCacheMark(result, context),
  };
}

/** OpenAI's tool messages have no name; who wrote one gets it back. */
function encodeName({ name, extras }: ToolResultPart, isFunction: boolean): JsonObject {
  return name !== undefined && (isFunction || spellingOf(extras, dialect)["name"] === true) ? { name } : {};
}

function encodeMessage(written: Message, context: EncodeContext): readonly unknown[] {
  const message = placeThoughts(written, context);
  const [first] = message.content;
  if (first?.kind === "opaque" && first.place === "messages") return encodeOpaqueMessage(first, context);
  const { role, content: form } = spellingOf(message.extras, dialect);
  const isAssistant = message.role === "assistant";
  const parts = contentOf(message.content);
  return [
    {
      role: role === "developer" ? role : message.role,
      ...present({ content: encodeContent(parts, form, isAssistant ? null : "", context) }),
      ...present({ name: message.name }),
      ...(isAssistant && encodeAssistantFields(message, context)),
      ...encodeMessageFields(message, context),
    },
  ];
}

/** Thoughts of other dialects become parts of the content where the vendor has them there. */
function placeThoughts(message: Message, { takes, notes }: EncodeContext): Message {
  if (!takes.has("thinking")) return message;
  const content = message.content.map((part) => {
    if (part.kind !== "reasoning" || part.extras?.dialect === dialect) return part;
    ownFields(part.extras, dialect, notes);
    return { ...part, extras: { dialect, fields: {}, spelling: { field: "thinking" } } };
  });
  return { ...message, content };
}

function encodeOpaqueMessage(part: Opaque, { notes }: EncodeContext): readonly unknown[] {
  if (part.dialect === dialect) return [part.value];
  noteOpaque(part.value, part.dialect, notes);
  return [];
}

/** Fields that were kept, also those whose meaning is told by other fields. */
function encodeMessageFields(message: Message, context: EncodeContext): JsonObject {
  const { tool_calls: calls, reasoning, reasoning_content: content } = spellingOf(message.extras, dialect);
  const hasCalls = message.content.some((part) => part.kind === "tool_call");
  return {
    ...present({ reasoning, reasoning_content: content, ...(!hasCalls && { tool_calls: calls }) }),
    ...ownFields(message.extras, dialect, context.notes),
    ...encodeCacheMark(message, context),
  };
}

function encodeAssistantFields({ content }: Message, context: EncodeContext): JsonObject {
  const calls = content.filter((part) => part.kind === "tool_call");
  const [functionCall] = calls.filter(isFunctionCall);
  const toolCalls = content.flatMap((part) => encodeCall(part, context));
  const reasoning = content.filter((part) => part.kind === "reasoning").filter((part) => !isContent(part));
  const refusals = content.filter((part) => part.kind === "refusal").filter((part) => !isContent(part));
  return {
    ...fillThought(encodeReasoning(reasoning, context), toolCalls.length > 0, context),
    ...(refusals.length > 0 && { refusal: refusals.map(({ text }) => text).join("") }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    ...(functionCall && { function_call: { name: functionCall.name, arguments: functionCall.argumentsText } }),
  };
}

export function isFunctionCall({ extras }: ToolCallPart): boolean {
  return spellingOf(extras, dialect)["place"] === "function_call";
}

function encodeCall(part: Part, { notes }: EncodeContext): readonly unknown[] {
  if (part.kind === "tool_call") return isFunctionCall(part) ? [] : [encodeToolCall(part, notes)];
  if (part.kind !== "opaque" || part.place !== "tool_calls") return [];
  if (part.dialect === dialect) return [part.value];
  noteOpaque(part.value, part.dialect, notes);
  return [];
}

function fillThought(fields: JsonObject, hasCalls: boolean, { needsThoughts, notes }: EncodeContext): JsonObject {
  if (!needsThoughts || !hasCalls || fields["reasoning_content"]) return fields;
  notes.add(lostThoughts);
  return { ...fields, reasoning_content: noThought };
}

/** As it was written; of other dialects as the vendor takes it, which OpenAI itself does not. */
function encodeReasoning(parts: readonly ReasoningPart[], { takes, notes }: EncodeContext): JsonObject {
  if (parts.length === 0) return {};
  const written = spellingOf(parts[0]?.extras, dialect)["field"];
  if (written === "reasoning_details" || takes.has("reasoning_details"))
    return { reasoning_details: parts.flatMap(encodeDetails) };
  const field = textFields.find((name) => name === written) ?? textFields.find((name) => takes.has(name));
  if (field !== undefined) return { [field]: joinReasoning(parts) };
  notes.add("reasoning");
  return {};
}
