// A conversation with one model or with two side by side, and what each is to be asked next. Pure.

import type { ChatRequest } from "#connect/chat-code.ts";
import { waitsForResults } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { RequestFields } from "./settings.ts";

export interface Picture {
  /** Its bytes as data in the URL, or where the vendor finds it. */
  readonly url: string;
  readonly name: string;
}

export interface Question {
  readonly text: string;
  readonly pictures: readonly Picture[];
}

/** A question, and what each model made of it: more than one reply where tools were asked in between. */
export interface Turn extends Question {
  readonly id: string;
  readonly lanes: readonly (readonly Reply[])[];
}

export type Turns = readonly Turn[];

export const noQuestion: Question = { text: "", pictures: [] };

export function isEmpty({ text, pictures }: Question): boolean {
  return text.trim() === "" && pictures.length === 0;
}

/** A model that joined later goes on from what the first one said. */
function repliesIn(turn: Turn, lane: number): readonly Reply[] {
  return turn.lanes[lane] ?? turn.lanes[0] ?? [];
}

export function withReply(turns: Turns, turnId: string, lane: number, reply: Reply): Turns {
  return changeLane(turns, turnId, lane, (replies) => [...replies, reply]);
}

export function withoutLastReply(turns: Turns, turnId: string, lane: number): Turns {
  return changeLane(turns, turnId, lane, (replies) => replies.slice(0, -1));
}

function changeLane(
  turns: Turns,
  turnId: string,
  lane: number,
  change: (replies: readonly Reply[]) => readonly Reply[],
): Turns {
  return turns.map((turn) => {
    if (turn.id !== turnId) return turn;
    const lanes = Array.from({ length: Math.max(turn.lanes.length, lane + 1) }, (_, index) => turn.lanes[index] ?? []);
    return { ...turn, lanes: lanes.with(lane, change(lanes[lane] ?? [])) };
  });
}

export function changeReply(turns: Turns, id: string, change: (reply: Reply) => Reply): Turns {
  return turns.map((turn) => {
    if (!turn.lanes.some((replies) => replies.some((reply) => reply.id === id))) return turn;
    return { ...turn, lanes: turn.lanes.map((replies) => replies.map((one) => (one.id === id ? change(one) : one))) };
  });
}

export function isRunning(turns: Turns): boolean {
  return turns.at(-1)?.lanes.some((replies) => replies.some(({ state }) => state === "running")) === true;
}

export function isWaiting(turns: Turns): boolean {
  return turns.at(-1)?.lanes.some((replies) => replies.some(waitsForResults)) === true;
}

interface Asked {
  readonly model: string;
  readonly lane: number;
  readonly turns: Turns;
  readonly fields: RequestFields;
}

/** What is sent, in OpenAI's dialect, which the gateway reads for all models. */
export function requestOf({ model, lane, turns, fields }: Asked): ChatRequest {
  const { system, ...rest } = fields;
  const said = turns.flatMap((turn) => {
    const replies = repliesIn(turn, lane);
    return wasRefused(replies) ? [] : [userMessage(turn), ...replies.flatMap(replyMessages)];
  });
  const messages = system === "" ? said : [{ role: "system", content: system }, ...said];
  return { model, messages, ...rest };
}

/** Goes on with what is saved: of the messages the new ones alone, which are behind the last one of the model. */
export function continued(request: ChatRequest, sessionId: string): ChatRequest {
  const isSaid = (message: object): boolean => Reflect.get(message, "role") === "assistant";
  const messages = request.messages.slice(request.messages.findLastIndex(isSaid) + 1);
  const asked = messages.filter((message) => Reflect.get(message, "role") !== "system");
  return { ...request, messages: asked, session_id: sessionId, continue_session: true };
}

/** Asked again with all that follows, what was too large or has a picture that nobody finds would let all of it fail. */
function wasRefused(replies: readonly Reply[]): boolean {
  return replies.length > 0 && replies.every(isRefusal);
}

function isRefusal({ state, text, toolCalls }: Reply): boolean {
  return state === "failed" && text === "" && toolCalls.length === 0;
}

function userMessage({ text, pictures }: Question): object {
  if (pictures.length === 0) return { role: "user", content: text };
  const images = pictures.map(({ url }) => ({ type: "image_url", image_url: { url } }));
  return { role: "user", content: text === "" ? images : [{ type: "text", text }, ...images] };
}

/** What failed was not said; calls that were not answered were not made. */
function replyMessages({ text, toolCalls, results }: Reply): readonly object[] {
  if (toolCalls.length === 0 || results === null) return text === "" ? [] : [{ role: "assistant", content: text }];
  const calls = toolCalls.map(({ id, name, arguments: written }) => ({
    id,
    type: "function",
    function: { name, arguments: written },
  }));
  const told = toolCalls.map(({ id }, index) => ({ role: "tool", tool_call_id: id, content: results[index] ?? "" }));
  return [{ role: "assistant", content: text === "" ? null : text, tool_calls: calls }, ...told];
}

/** The request that a model was asked last, or will be asked with the question that is being written. */
export function requestOnScreen({ turns, ...asked }: Asked, question: Question): ChatRequest {
  const last = turns.at(-1);
  if (last === undefined || !isEmpty(question))
    return requestOf({ ...asked, turns: [...turns, { ...question, id: "", lanes: [] }] });
  const replies = last.lanes[asked.lane]?.slice(0, -1) ?? [];
  const lanes = Array.from({ length: asked.lane + 1 }, () => replies);
  return requestOf({ ...asked, turns: [...turns.slice(0, -1), { ...last, lanes }] });
}
