// Thoughts without a seal that a vendor wants back with the calls they led to. Clients of this dialect drop them, for which it
// has no field: they are put into the text of the request, where nothing else changes.

import type { RestoredRequest } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { findTurn } from "#dialects/seals/sealed-turns.ts";
import type { SealMemory } from "#dialects/seals/sealed-turns.ts";
import { findElements, findMembers, spliceJson } from "#wire/json-members.ts";
import type { Member, Splice } from "#wire/json-members.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import { dialect } from "#dialects/openai-chat/name.ts";

/** The least that vendors take for a thought: https://github.com/earendil-works/pi/pull/4178 */
export const noThought = " ";

/** `isNeeded`: a call without a thought is refused, so that one for which none was kept is given an empty one. */
export function restoreThoughts(request: ParsedRequest, memory: SealMemory, isNeeded: boolean): RestoredRequest {
  const { body, members } = request;
  const messages = members?.find(({ key }) => key === "messages");
  if (messages === undefined || !body.includes('"tool_calls"')) return { request, isFilled: false };
  const found = (findElements(body, messages.valueStart) ?? [])
    .map(({ start, end }) => restoreIn(body, { start, end }, memory, isNeeded))
    .filter((restored) => restored !== null);
  if (found.length === 0) return { request, isFilled: false };
  const restored = spliceJson(body, found);
  return {
    request: { ...request, body: restored, members: findMembers(restored) },
    isFilled: found.some(({ isFilled }) => isFilled),
  };
}

interface Restored extends Splice {
  readonly isFilled: boolean;
}

function restoreIn(
  body: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
  memory: SealMemory,
  isNeeded: boolean,
): Restored | null {
  const message = body.subarray(start, end);
  const members = message.includes('"tool_calls"') ? (findMembers(message) ?? []) : [];
  const read = (key: string): unknown => valueOf(message, members, key);
  const calls = read("tool_calls");
  if (read("role") !== "assistant" || !Array.isArray(calls) || calls.length === 0) return null;
  if (read("reasoning_content")) return null;
  const kept = keptThought(memberOf(calls[0], "id"), memory);
  const text = kept ?? (isNeeded ? writtenThought(read("reasoning")) : undefined);
  if (text === undefined) return null;
  return { ...placeOf(members, start), ...withText(text, members), isFilled: kept === undefined };
}

function valueOf(message: Buffer, members: readonly Member[], key: string): unknown {
  const member = members.find((one) => one.key === key);
  return member && parseJson(message.toString("utf8", member.valueStart, member.valueEnd));
}

function keptThought(callId: unknown, memory: SealMemory): string | undefined {
  const turn = typeof callId === "string" ? findTurn(memory, callId) : undefined;
  if (turn?.isUnsealed !== true || turn.by !== dialect) return undefined;
  return turn.reasoning.map(({ text }) => text).join("");
}

/** Some clients keep it under the name that other vendors have for it. */
function writtenThought(reasoning: unknown): string {
  return typeof reasoning === "string" && reasoning !== "" ? reasoning : noThought;
}

/** Of the field's value, or of a field more, behind the brace. */
function placeOf(members: readonly Member[], start: number): Pick<Splice, "start" | "end"> {
  const written = members.find(({ key }) => key === "reasoning_content");
  if (written === undefined) return { start: start + 1, end: start + 1 };
  return { start: start + written.valueStart, end: start + written.valueEnd };
}

function withText(text: string, members: readonly Member[]): Pick<Splice, "text"> {
  const isWritten = members.some(({ key }) => key === "reasoning_content");
  return { text: isWritten ? JSON.stringify(text) : `"reasoning_content":${JSON.stringify(text)},` };
}
