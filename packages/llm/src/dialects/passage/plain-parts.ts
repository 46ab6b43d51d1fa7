// The parts of a request as vendors of every dialect take them: bytes in the usual base64, results that are words as words,
// and no result of a call that is not told.

import type { ChatRequest, MediaPart, Message, Part, ToolResultPart } from "#hub.ts";
import { pairNotes } from "#fitting/pair-calls.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { readTextDocument } from "#dialects/openai/openai-media.ts";

export function plainParts(request: ChatRequest, notes: Notes): ChatRequest {
  const called = new Set<string>();
  const messages = request.messages.map((message): Message => {
    for (const part of message.content) if (part.kind === "tool_call") called.add(part.id);
    const content = message.content.flatMap((part) => plainPart(part, called, notes));
    return content.every((part, at) => part === message.content[at]) && content.length === message.content.length
      ? message
      : { ...message, content };
  });
  return { ...request, messages: messages.filter(({ content }, at) => content.length > 0 || wasEmpty(request, at)) };
}

function wasEmpty({ messages }: ChatRequest, at: number): boolean {
  return messages[at]?.content.length === 0;
}

function plainPart(part: Part, called: ReadonlySet<string>, notes: Notes): readonly Part[] {
  if (part.kind === "image" || part.kind === "audio" || part.kind === "document") return [withUsualBase64(part)];
  if (part.kind !== "tool_result") return [part];
  // Old clients name no call.
  if (part.callId === "" || called.has(part.callId)) return [plainResult(part)];
  notes.add(pairNotes.lost);
  return [];
}

/** Where the call is one of a tool that only its vendor knows, it has gone as well. */
function plainResult(result: ToolResultPart): ToolResultPart {
  const content = result.content.map((part): ToolResultPart["content"][number] => {
    if (part.kind === "text" || part.kind === "opaque") return part;
    const text = readTextDocument(part);
    return text === undefined
      ? withUsualBase64(part)
      : { kind: "text", text, ...(part.cache && { cache: part.cache }) };
  });
  return content.every((part, at) => part === result.content[at]) ? result : { ...result, content };
}

/** Google's SDK for Python writes `-` and `_`, and some clients lines, which other vendors refuse. */
function withUsualBase64(part: MediaPart): MediaPart {
  const { source } = part;
  if (source.kind !== "data" || !/[-_\s]/.test(source.base64)) return part;
  const digits = source.base64.replaceAll(/\s/g, "").replaceAll("-", "+").replaceAll("_", "/");
  const base64 = digits.padEnd(Math.ceil(digits.length / 4) * 4, "=");
  return { ...part, source: { ...source, base64 } };
}
