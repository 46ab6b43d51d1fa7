// The messages of a request as the dialect writes them: system messages become the instructions, messages that follow in
// the same role are one content, and results of tools are the first in theirs, right behind the calls.

import { noteOpaque, ownFields, spellingOf } from "#dialects/fields/extras.ts";
import type { Message, Part } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeParts } from "./encode-content.ts";
import type { PartContext } from "./encode-content.ts";
import { dialect } from "#dialects/gemini/name.ts";
import { fieldOf, writeProto } from "#dialects/gemini/proto.ts";

interface Turn {
  /** Undefined for a content that is written as it came. */
  readonly role: string | undefined;
  readonly parts: unknown[];
  readonly isMixed: boolean;
  readonly isOwn: boolean;
  readonly kept: JsonObject;
  readonly spelling: JsonObject;
}

export function encodeMessages(messages: readonly Message[], context: PartContext): JsonObject {
  const systemInstruction = encodeSystem(
    messages.filter(({ role }) => role === "system"),
    context,
  );
  const turns: Turn[] = [];
  for (const message of messages) if (message.role !== "system") addTurn(message, turns, context);
  if (turns.length > 0 || systemInstruction === undefined) {
    const ranks = new Map([...context.names.keys()].map((id, rank) => [id, rank]));
    return { ...(systemInstruction && { systemInstruction }), contents: turns.map((turn) => writeTurn(turn, ranks)) };
  }
  // The vendor wants somebody to speak: instructions alone are what a user says.
  return { contents: [{ ...systemInstruction, role: "user" }] };
}

function encodeSystem(messages: readonly Message[], context: PartContext): JsonObject | undefined {
  const [first] = messages;
  if (first === undefined) return undefined;
  const parts = messages.flatMap((message) => encodeInstruction(message, context));
  const { role, parts: none, ...spelling } = messages.length === 1 ? spellingOf(first.extras, dialect) : {};
  const kept = messages.map(({ extras }) => ownFields(extras, dialect, context.notes));
  if (parts.length === 0 && first.extras?.dialect !== dialect) return undefined;
  const told = { role, parts: parts.length === 0 ? none : parts };
  return writeProto(told, Object.fromEntries(kept.flatMap(Object.entries)), spelling);
}

/** Instructions are texts. */
function encodeInstruction({ content, name, cache }: Message, context: PartContext): readonly unknown[] {
  const texts = content.filter((part) => !isForeignMedia(part));
  if (texts.length < content.length) context.notes.add("media in a system message");
  if (name !== undefined) context.notes.add("name");
  if (cache !== undefined) context.notes.add("cache_control");
  return encodeParts(texts, context);
}

function isForeignMedia(part: Part): boolean {
  if (part.kind !== "image" && part.kind !== "document" && part.kind !== "audio") return false;
  return part.extras?.dialect !== dialect;
}

function addTurn(message: Message, turns: Turn[], context: PartContext): void {
  const [first] = message.content;
  const { notes } = context;
  if (first?.kind === "opaque" && first.place === "messages") {
    if (first.dialect !== dialect) return noteOpaque(first.value, first.dialect, notes);
    turns.push({ role: undefined, parts: [first.value], isMixed: true, isOwn: true, kept: {}, spelling: {} });
    return;
  }
  const spelling = spellingOf(message.extras, dialect);
  const kept = ownFields(message.extras, dialect, notes);
  const parts = encodeParts(message.content, context);
  if (message.name !== undefined) notes.add("name");
  if (message.cache !== undefined) notes.add("cache_control");
  if (parts.length === 0 && message.extras?.dialect !== dialect) return;
  const role = message.role === "assistant" ? "model" : "user";
  const before = turns.at(-1);
  // One by one: a request may have a hundred thousand turns of one role.
  if (before?.role === role && spelling["turn"] !== "own") for (const part of parts) before.parts.push(part);
  else {
    const isOwn = message.extras?.dialect === dialect;
    turns.push({ role, parts: [...parts], isMixed: spelling["order"] === "mixed", isOwn, kept, spelling });
  }
}

function writeTurn({ role, parts, isMixed, isOwn, kept, spelling }: Turn, ranks: ReadonlyMap<string, number>): unknown {
  if (role === undefined) return parts[0];
  const { role: written = role, parts: none, ...fields } = spelling;
  const results = parts.filter(isResult);
  const inOrder = isOwn ? results : sortByCalls(results, ranks);
  const ordered = isMixed ? parts : [...inOrder, ...parts.filter((part) => !isResult(part))];
  const told = { role: written === "absent" ? undefined : written, parts: parts.length === 0 ? none : ordered };
  return writeProto(told, kept, fields);
}

function isResult(part: unknown): boolean {
  return fieldOf(part, "functionResponse") !== undefined;
}

/** Clients tell results as they come. Of several calls of one tool, the vendor would take one's result for the other's. */
function sortByCalls(results: readonly unknown[], ranks: ReadonlyMap<string, number>): readonly unknown[] {
  if (results.length < 2) return results;
  const rankOf = (part: unknown): number =>
    ranks.get(String(fieldOf(fieldOf(part, "functionResponse"), "id"))) ?? ranks.size;
  return results.toSorted((a, b) => rankOf(a) - rankOf(b));
}
