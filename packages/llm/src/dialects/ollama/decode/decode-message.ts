// The messages of a request: a table of one small function per role. A message of an unknown role comes back as it was.

import { decodeByRole } from "#dialects/fields/decode-by-role.ts";
import type { RoleDecoders } from "#dialects/fields/decode-by-role.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { MediaPart, Message, MessageRole, Opaque, Part, TextPart, ToolCallPart, ToolResultPart } from "#hub.ts";
import { decodeImages } from "#dialects/ollama/media.ts";
import { dialect } from "#dialects/ollama/name.ts";
import { decodeToolCall } from "#dialects/ollama/tool-calls.ts";

interface Conversation {
  /** Messages so far, which name calls that have no id. */
  count: number;
  /** Calls that have no result yet: a result that names no id belongs to the first of its tool. */
  readonly open: ToolCallPart[];
}

const decoders: RoleDecoders<Conversation> = {
  system: (reader) => decodeSpoken("system", reader),
  user: (reader) => decodeSpoken("user", reader),
  assistant: decodeAssistant,
  tool: decodeToolResult,
};

export function decodeMessages(messages: readonly unknown[]): readonly Message[] {
  const conversation: Conversation = { count: 0, open: [] };
  return messages.map((message) => {
    conversation.count += 1;
    return decodeByRole(message, decoders, conversation, dialect);
  });
}

function decodeSpoken(role: MessageRole, reader: FieldReader): Message {
  return { role, content: decodeContent(reader), ...reader.extras() };
}

/** The server shows images to the model before the text. */
function decodeContent(reader: FieldReader): readonly (TextPart | MediaPart)[] {
  const images = decodeImages(reader);
  const text = reader.string("content");
  if (text === undefined) {
    reader.spell("content", reader.has("content") ? reader.peek("content") : "absent");
    reader.drop("content");
  }
  const content = text === undefined || text === "" ? [] : [{ kind: "text", text } as const];
  return [...images, ...content];
}

function decodeAssistant(reader: FieldReader, conversation: Conversation): Message {
  const parts = decodeAnswer(reader, (call) => `call_${conversation.count}_${call}`);
  conversation.open.push(...parts.filter((part) => part.kind === "tool_call"));
  return { role: "assistant", content: parts, ...reader.extras() };
}

/** Also of an answer. `makeId` names a call that has no id. */
export function decodeAnswer(reader: FieldReader, makeId: (call: number) => string): readonly Part[] {
  const thinking = reader.text("thinking");
  if (reader.peek("thinking") === "" || reader.peek("thinking") === null) reader.spellAsWritten("thinking");
  const content = decodeContent(reader);
  return [
    ...(thinking === undefined ? [] : [{ kind: "reasoning", text: thinking } as const]),
    ...content,
    ...decodeToolCalls(reader, makeId),
  ];
}

function decodeToolCalls(reader: FieldReader, makeId: (call: number) => string): readonly (ToolCallPart | Opaque)[] {
  const calls = reader.peek("tool_calls");
  if (calls === null || (Array.isArray(calls) && calls.length === 0)) reader.spellAsWritten("tool_calls");
  return (reader.list("tool_calls") ?? []).map((call, index) => decodeToolCall(call, () => makeId(index)));
}

function decodeToolResult(reader: FieldReader, conversation: Conversation): Message {
  const content = decodeContent(reader);
  const name = reader.string("tool_name");
  if (name === undefined) reader.spell("tool_name", "absent");
  const callId = reader.text("tool_call_id");
  if (callId === undefined) reader.spell("tool_call_id", "absent");
  const part: ToolResultPart = {
    kind: "tool_result",
    callId: closeCall(callId, name, conversation),
    ...(name !== undefined && { name }),
    content,
    ...reader.extras(),
  };
  return { role: "user", content: [part] };
}

/** The id of the call that the result belongs to: the one it names, else the next of its tool, else the next of all. */
function closeCall(id: string | undefined, name: string | undefined, { open, count }: Conversation): string {
  const named = open.findIndex((call) => (id === undefined ? call.name === name : call.id === id));
  const at = named < 0 && id === undefined && open.length > 0 ? 0 : named;
  const [call] = at < 0 ? [] : open.splice(at, 1);
  return id ?? call?.id ?? `call_${count}`;
}
