// Thoughts without a seal that a vendor wants back with the calls they led to. Clients of this dialect drop them, for which it
// has no field: they are put into the text of the request, where nothing else changes.

import type { DroppedThought, DroppedThoughts, RestoredRequest, RestoredThoughts } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { nameOf } from "#dialects/seals/sealed-turns.ts";
import type { KnownTurns, SealedTurn } from "#dialects/seals/sealed-turns.ts";
import { findElements, findMembers, spliceJson } from "#wire/json-members.ts";
import type { Member, Splice } from "#wire/json-members.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import { dialect } from "#dialects/openai-chat/name.ts";

/** The least that vendors take for a thought: https://github.com/earendil-works/pi/pull/4178 */
export const noThought = " ";

export const droppedThoughts: DroppedThoughts = { find, restore };

function find({ body, members }: ParsedRequest): readonly DroppedThought[] {
  const messages = members?.find(({ key }) => key === "messages");
  if (messages === undefined || !body.includes('"tool_calls"')) return [];
  return (findElements(body, messages.valueStart) ?? [])
    .map(({ start, end }) => findIn(body, start, end))
    .filter((dropped) => dropped !== null);
}

function findIn(body: Buffer, start: number, end: number): DroppedThought | null {
  const message = body.subarray(start, end);
  const members = message.includes('"tool_calls"') ? (findMembers(message) ?? []) : [];
  const read = (key: string): unknown => valueOf(message, members, key);
  const calls = read("tool_calls");
  if (read("role") !== "assistant" || !Array.isArray(calls) || calls.length === 0) return null;
  if (read("reasoning_content")) return null;
  const callId = memberOf(calls[0], "id");
  const instead = read("reasoning");
  return {
    ...placeOf(members, start),
    callName: typeof callId === "string" ? nameOf(callId) : null,
    instead: typeof instead === "string" ? instead : null,
  };
}

function restore(request: ParsedRequest, { dropped, turns, isNeeded }: RestoredThoughts): RestoredRequest {
  const found = dropped.map((one) => restoreOne(one, turns, isNeeded)).filter((restored) => restored !== null);
  if (found.length === 0) return { request, isFilled: false };
  const body = spliceJson(request.body, found);
  return {
    request: { ...request, body, members: findMembers(body) },
    isFilled: found.some(({ isFilled }) => isFilled),
  };
}

interface Restored extends Splice {
  readonly isFilled: boolean;
}

function restoreOne(dropped: DroppedThought, turns: KnownTurns, isNeeded: boolean): Restored | null {
  const { start, end, callName, instead } = dropped;
  const kept = callName === null ? undefined : keptThought(turns.get(callName));
  // Some clients keep it under the name that other vendors have for it.
  const text = kept ?? (isNeeded ? instead || noThought : undefined);
  if (text === undefined) return null;
  return { start, end, text: written(text, dropped), isFilled: kept === undefined };
}

function valueOf(message: Buffer, members: readonly Member[], key: string): unknown {
  const member = members.find((one) => one.key === key);
  return member && parseJson(message.toString("utf8", member.valueStart, member.valueEnd));
}

function keptThought(turn: SealedTurn | undefined): string | undefined {
  if (turn?.isUnsealed !== true || turn.by !== dialect) return undefined;
  return turn.reasoning.map(({ text }) => text).join("");
}

/** Of the field's value, or of a field more, behind the brace. */
function placeOf(members: readonly Member[], start: number): Pick<DroppedThought, "start" | "end" | "isWritten"> {
  const field = members.find(({ key }) => key === "reasoning_content");
  if (field === undefined) return { start: start + 1, end: start + 1, isWritten: false };
  return { start: start + field.valueStart, end: start + field.valueEnd, isWritten: true };
}

function written(text: string, { isWritten }: DroppedThought): string {
  return isWritten ? JSON.stringify(text) : `"reasoning_content":${JSON.stringify(text)},`;
}
