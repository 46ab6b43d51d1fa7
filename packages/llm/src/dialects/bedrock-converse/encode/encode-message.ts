// The messages of a request as the dialect writes them: system messages stand before all others, messages that follow in
// the same role are one turn, and results of tools are the first in theirs.

import { ownFields } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { CacheMark, Message, Part } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCacheMark } from "./cache-mark.ts";
import { encodePart } from "./encode-content.ts";
import type { EncodingContext } from "./encoding-context.ts";
import { dialect } from "#dialects/bedrock-converse/name.ts";

interface Turn {
  readonly role: "user" | "assistant";
  readonly content: JsonObject[];
}

export function encodeMessages(messages: readonly Message[], notes: Notes): JsonObject {
  const context: EncodingContext = { notes, documentNames: new Map() };
  const system = messages.flatMap((message) => (message.role === "system" ? encodeInstruction(message, context) : []));
  const turns: Turn[] = [];
  for (const message of messages) addTurn(message, turns, context);
  const written = turns.map(({ role, content }) => ({ role, content: content.toSorted(byResult) }));
  if (system.length === 0) return { messages: written };
  // The vendor wants somebody to speak: instructions alone are what a user says.
  return turns.length === 0 ? { messages: [{ role: "user", content: system }] } : { messages: written, system };
}

/** Instructions are texts. */
function encodeInstruction(message: Message, context: EncodingContext): readonly JsonObject[] {
  const texts = message.content.filter((part) => part.kind === "text" || part.kind === "opaque");
  if (texts.length < message.content.length) context.notes.add("media in a system message");
  return encodeBlocks({ ...message, content: texts }, context);
}

function addTurn(message: Message, turns: Turn[], context: EncodingContext): void {
  const { role } = message;
  if (role === "system") return;
  const content = encodeBlocks(message, context);
  if (content.length === 0) return;
  const last = turns.at(-1);
  if (last?.role === role) for (const block of content) last.content.push(block);
  else turns.push({ role, content });
}

function encodeBlocks(message: Message, context: EncodingContext): JsonObject[] {
  ownFields(message.extras, dialect, context.notes);
  if (message.name !== undefined) context.notes.add("name");
  const blocks = message.content.flatMap((part) => encodeMarked(part, context));
  const mark = blocks.length === 0 ? [] : encodeCacheMark(message.cache, context.notes);
  return [...blocks, ...mark];
}

function encodeMarked(part: Part, context: EncodingContext): readonly JsonObject[] {
  const block = encodePart(part, context);
  const cache = markOf(part);
  if (block === undefined && cache !== undefined) context.notes.add("cache_control");
  return block === undefined ? [] : [block, ...encodeCacheMark(cache, context.notes)];
}

/** What is marked within a result is marked by the mark behind it, since none may stand in it. */
function markOf(part: Part): CacheMark | undefined {
  const own = "cache" in part ? part.cache : undefined;
  if (own !== undefined || part.kind !== "tool_result") return own;
  const marked = part.content.findLast((inner) => inner.kind !== "opaque" && inner.cache !== undefined);
  return marked?.kind === "opaque" ? undefined : marked?.cache;
}

/** A mark stays behind what it marks, unless a result has to pass. */
function byResult(left: JsonObject, right: JsonObject): number {
  return Number("toolResult" in right) - Number("toolResult" in left);
}
