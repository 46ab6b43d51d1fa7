// The messages of a request seen as turns of blocks, and the system's messages among them.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { withField } from "#fitting/changes.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { noResult } from "#fitting/pair-calls.ts";
import type { ResultParts } from "#fitting/pair-calls.ts";
import { turnNotes } from "#fitting/turns.ts";
import type { Needs } from "#fitting/vendor-needs.ts";

export function isAnswer(message: unknown): boolean {
  return memberOf(message, "role") === "assistant";
}

/** A content that is a string is one block of text. */
export function blocksOf(message: unknown): readonly unknown[] {
  const content = memberOf(message, "content");
  if (Array.isArray(content)) return content;
  return typeof content === "string" ? [{ type: "text", text: content }] : [];
}

function isOfType(type: string): (block: unknown) => boolean {
  return (block) => memberOf(block, "type") === type;
}

export const isCall = isOfType("tool_use");

export function isThought(block: unknown): boolean {
  return isOfType("thinking")(block) || isOfType("redacted_thinking")(block);
}

export function callsIn(messages: unknown): readonly unknown[] {
  return Array.isArray(messages)
    ? messages.filter(isAnswer).flatMap((message) => blocksOf(message).filter(isCall))
    : [];
}

export const results: ResultParts = {
  isAnswer,
  partsOf: blocksOf,
  isCall,
  isResult: isOfType("tool_result"),
  belongs: (call, result) => memberOf(call, "id") === memberOf(result, "tool_use_id"),
  makeResult: (call) => ({ type: "tool_result", tool_use_id: memberOf(call, "id"), content: noResult, is_error: true }),
  withParts: (message, content) => (isObject(message) ? { ...message, content } : message),
  makeTurn: (content) => ({ role: "user", content }),
};

function isSystem(message: unknown): boolean {
  return memberOf(message, "role") === "system";
}

/** Older models take the system's words before all others alone; newer ones behind a user's turn, too. */
export function placeSystems(fields: JsonObject, { systemTurns }: Needs, notes: Notes): JsonObject {
  const { messages } = fields;
  if (systemTurns === undefined || !Array.isArray(messages) || !messages.some(isSystem)) return fields;
  const lead = messages.findIndex((message) => !isSystem(message));
  if (systemTurns === "taken" && lead >= 0)
    return withField(liftSystems(fields, messages.slice(0, lead)), "messages", placeBehindUsers(messages.slice(lead)));
  notes.add(turnNotes.moved);
  const rest = messages.filter((message) => !isSystem(message));
  return withField(liftSystems(fields, messages.filter(isSystem)), "messages", rest);
}

function liftSystems(fields: JsonObject, systems: readonly unknown[]): JsonObject {
  if (systems.length === 0) return fields;
  return withField(fields, "system", [...blocksOf({ content: fields["system"] }), ...systems.flatMap(blocksOf)]);
}

/** One behind all that users say between two answers. Where none does, it is said as a user's. */
function placeBehindUsers(messages: readonly unknown[]): readonly unknown[] {
  const placed: unknown[] = [];
  let held: unknown[] = [];
  const release = (): void => {
    const [first, ...others] = held;
    const role = placed.length === 0 || isAnswer(placed.at(-1)) ? "user" : "system";
    if (others.length === 0 && role === "system") placed.push(...held);
    else if (first !== undefined) placed.push({ role, content: held.flatMap(blocksOf) });
    held = [];
  };
  for (const message of messages) {
    if (isSystem(message)) held.push(message);
    else {
      if (isAnswer(message)) release();
      placed.push(message);
    }
  }
  release();
  return placed.length === messages.length && placed.every((message, at) => message === messages[at])
    ? messages
    : placed;
}
