// The messages of a request as the dialect writes them: system messages stand before all others, messages that follow in
// the same role are one turn, and results of tools are the first in theirs.

import { noteOpaque, ownFields, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { Message, MessageRole, Part } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCacheMark } from "#dialects/anthropic-messages/cache-mark.ts";
import { encodeParts, isToolResult, writeContent } from "./encode-content.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";
import type { Needs } from "#fitting/vendor-needs.ts";

interface Turn {
  /** Undefined for a message that is written as it came. */
  readonly role: MessageRole | undefined;
  readonly blocks: unknown[];
  form: unknown;
  readonly isMixed: boolean;
  readonly fields: JsonObject;
}

export interface EncodedMessages {
  readonly system?: unknown;
  readonly messages: readonly unknown[];
}

/** `systemTurns`: system messages that stand among the others stay there. */
export function encodeMessages(
  messages: readonly Message[],
  notes: Notes,
  systemTurns?: Needs["systemTurns"],
): EncodedMessages {
  const begun = systemTurns === "taken" ? messages.findIndex(({ role }) => role !== "system") : -1;
  const instructions = messages.filter((message, at) => isInstruction(message) && (begun < 0 || at < begun));
  const before = new Set(instructions);
  const turns: Turn[] = [];
  for (const message of messages) if (!before.has(message)) addTurn(message, turns, notes);
  const system = encodeSystem(instructions, notes);
  if (turns.length > 0 || system === undefined) {
    return { ...(system !== undefined && { system }), messages: turns.map(writeTurn) };
  }
  // The vendor wants somebody to speak: instructions alone are what a user says.
  return { messages: [{ role: "user", content: system }] };
}

/** The vendor's system prompt. A system message among the others is one that its client put there. */
function isInstruction({ role, extras }: Message): boolean {
  return role === "system" && spellingOf(extras, dialect)["place"] !== "messages";
}

function encodeSystem(messages: readonly Message[], notes: Notes): unknown {
  const [first] = messages;
  if (first === undefined) return undefined;
  const form = messages.length === 1 ? spellingOf(first.extras, dialect)["content"] : undefined;
  const blocks = messages.flatMap((message) => encodeInstruction(message, notes));
  for (const { extras } of messages) ownFields(extras, dialect, notes);
  return blocks.length === 0 && form === undefined ? undefined : writeContent(blocks, form);
}

/** Instructions are texts. */
function encodeInstruction(message: Message, notes: Notes): readonly unknown[] {
  const content = message.content.filter((part) => !isForeignMedia(part));
  if (content.length < message.content.length) notes.add("media in a system message");
  return encodeBlocks({ ...message, content }, notes);
}

function isForeignMedia(part: Part): boolean {
  if (part.kind !== "image" && part.kind !== "document" && part.kind !== "audio") return false;
  return part.extras?.dialect !== dialect;
}

function encodeBlocks({ content, cache }: Message, notes: Notes): readonly unknown[] {
  const blocks = encodeParts(content, notes);
  const last = blocks.at(-1);
  if (cache === undefined || !isObject(last)) return blocks;
  return [...blocks.slice(0, -1), { ...last, ...encodeCacheMark(cache, notes) }];
}

function addTurn(message: Message, turns: Turn[], notes: Notes): void {
  const [first] = message.content;
  if (first?.kind === "opaque" && first.place === "messages") {
    if (first.dialect !== dialect) return noteOpaque(first.value, first.dialect, notes);
    turns.push({ role: undefined, blocks: [first.value], form: undefined, isMixed: true, fields: {} });
    return;
  }
  const { content: form, turn, order } = spellingOf(message.extras, dialect);
  const fields = ownFields(message.extras, dialect, notes);
  const blocks = encodeBlocks(message, notes);
  if (message.name !== undefined) notes.add("name");
  if (blocks.length === 0 && form === undefined) return;
  const before = turns.at(-1);
  if (before?.role === message.role && turn !== "own") {
    // One by one: a request may have a hundred thousand turns of one role.
    for (const block of blocks) before.blocks.push(block);
    before.form = undefined;
    return;
  }
  turns.push({ role: message.role, blocks: [...blocks], form, isMixed: order === "mixed", fields });
}

function writeTurn({ role, blocks, form, isMixed, fields }: Turn): unknown {
  if (role === undefined) return blocks[0];
  const results = blocks.filter(isToolResult);
  const ordered =
    isMixed || results.length === 0 ? blocks : [...results, ...blocks.filter((block) => !isToolResult(block))];
  return { ...fields, role, ...(form !== "absent" && { content: writeContent(ordered, form) }) };
}
