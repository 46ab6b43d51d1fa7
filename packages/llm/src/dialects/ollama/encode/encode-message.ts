// The messages of a request as the dialect writes them: a text each, with images, thoughts and calls in fields of their
// own. Results of tools are messages of their own, which follow the calls.

import { noteOpaque, ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { Message, Opaque, Part, ToolResultPart } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeMedia, readTextDocument } from "#dialects/ollama/media.ts";
import { dialect } from "#dialects/ollama/name.ts";
import { encodeToolCall } from "#dialects/ollama/tool-calls.ts";

interface Context {
  readonly notes: Notes;
  /** Names of tools by the ids of their calls: results of other dialects name the id alone. */
  readonly toolNames: Map<string, string>;
}

export function encodeMessages(messages: readonly Message[], notes: Notes): readonly unknown[] {
  const context: Context = { notes, toolNames: new Map() };
  return messages.flatMap((message) => encodeMessage(message, context));
}

function encodeMessage(message: Message, context: Context): readonly unknown[] {
  const [first] = message.content;
  if (first?.kind === "opaque" && first.place === "messages") return writeOpaque(first, context.notes);
  for (const part of message.content) if (part.kind === "tool_call") context.toolNames.set(part.id, part.name);
  const results = message.content.filter((part) => part.kind === "tool_result");
  const others = message.content.filter((part) => part.kind !== "tool_result");
  const written = results.map((result) => encodeResult(result, context));
  if (results.length > 0 && others.length === 0) return written;
  return [...written, encodeSpoken({ ...message, content: others }, context.notes)];
}

function encodeSpoken(message: Message, notes: Notes): JsonObject {
  const { role, content, name, cache, extras } = message;
  if (name !== undefined) notes.add("name");
  if (cache !== undefined) notes.add("cache_control");
  const spelling = spellingOf(extras, dialect);
  const { images, thinking, tool_calls: calls } = spelling;
  return {
    role,
    ...present({ images, thinking, tool_calls: calls }),
    ...encodeContent(content, spelling["content"], role === "assistant" ? "" : "\n\n", notes),
    ...encodeThinking(content, notes),
    ...encodeCalls(content, notes),
    ...ownFields(extras, dialect, notes),
  };
}

function encodeResult(result: ToolResultPart, { notes, toolNames }: Context): JsonObject {
  const { callId, content, isError, cache, extras } = result;
  if (isError) notes.add("is_error");
  if (cache !== undefined) notes.add("cache_control");
  const spelling = spellingOf(extras, dialect);
  const name = result.name ?? (spelling["tool_name"] === "absent" ? undefined : toolNames.get(callId));
  return {
    role: "tool",
    ...present({ images: spelling["images"] }),
    ...encodeContent(content, spelling["content"], "\n\n", notes),
    ...present({ tool_name: name }),
    ...(spelling["tool_call_id"] !== "absent" && { tool_call_id: callId }),
    ...ownFields(extras, dialect, notes),
  };
}

/** `content` and `images`. Texts that were apart stand apart, but for those of an answer, which are one. */
function encodeContent(parts: readonly Part[], form: unknown, between: string, notes: Notes): JsonObject {
  const texts: string[] = [];
  const images: string[] = [];
  for (const part of parts) {
    const text = textOf(part, notes);
    if (text !== undefined) texts.push(text);
    else if (part.kind === "image" || part.kind === "document" || part.kind === "audio") {
      const image = encodeMedia(part, notes);
      if (image !== undefined) images.push(image);
    } else if (part.kind === "opaque" && part.place !== "tool_calls") noteOpaque(part.value, part.dialect, notes);
  }
  const isWritten = texts.length > 0 || form === undefined;
  return {
    ...(isWritten ? { content: texts.join(between) } : form !== "absent" && { content: form }),
    ...(images.length > 0 && { images }),
  };
}

function textOf(part: Part, notes: Notes): string | undefined {
  if ("cache" in part && part.cache !== undefined && part.kind !== "tool_call") notes.add("cache_control");
  const document = readTextDocument(part);
  if (document === undefined && part.kind !== "text" && part.kind !== "refusal") return undefined;
  if ("extras" in part) ownFields(part.extras, dialect, notes);
  if (part.kind === "text" && part.citations !== undefined) notes.add("citations");
  return document ?? ("text" in part ? part.text : undefined);
}

function encodeThinking(parts: readonly Part[], notes: Notes): JsonObject {
  const thoughts = parts.filter((part) => part.kind === "reasoning");
  for (const { extras } of thoughts) ownFields(extras, dialect, notes);
  const text = thoughts.map((part) => part.text).join("");
  return text === "" ? {} : { thinking: text };
}

function encodeCalls(parts: readonly Part[], notes: Notes): JsonObject {
  const calls = parts.flatMap((part) => {
    if (part.kind === "tool_call") return [encodeToolCall(part, notes)];
    return part.kind === "opaque" && part.place === "tool_calls" ? writeOpaque(part, notes) : [];
  });
  return calls.length === 0 ? {} : { tool_calls: calls };
}

function writeOpaque({ value, dialect: owner }: Opaque, notes: Notes): readonly unknown[] {
  if (owner === dialect) return [value];
  noteOpaque(value, owner, notes);
  return [];
}
