// A saved chat as the conversation that it was. Pure.

import type { SavedMessage } from "#connect/saved-chats.ts";
import type { Turn, Turns } from "./conversation.ts";
import { newReply } from "./reply.ts";
import type { Reply } from "./reply.ts";

interface Saved {
  readonly id: string;
  readonly model: string;
}

/** `id` begins the ids of what is in it. */
export function turnsOf({ id, model }: Saved, messages: readonly SavedMessage[]): Turns {
  const turns: Turn[] = [];
  for (const [place, message] of messages.entries()) {
    const name = `${id}-${place}`;
    if (message.by === "user") turns.push({ id: name, ...questionOf(message), lanes: [[]] });
    else if (message.by === "assistant") addReply(turns, name, replyOf(name, model, message));
    else if (message.by === "tool") addResults(turns, message);
  }
  return turns;
}

function questionOf({ text, pictures }: SavedMessage) {
  return { text, pictures: pictures.map((url) => ({ url, name: url.startsWith("data:") ? "Image" : url })) };
}

function replyOf(id: string, model: string, message: SavedMessage): Reply {
  const { text, reasoning, calls: toolCalls, requestId, isCut } = message;
  return { ...newReply(id, model), text, reasoning, toolCalls, requestId, state: isCut ? "stopped" : "done" };
}

function addReply(turns: Turn[], name: string, reply: Reply): void {
  const last = turns.at(-1) ?? { id: name, text: "", pictures: [], lanes: [[]] };
  const replies = last.lanes[0] ?? [];
  turns.splice(-1, 1, { ...last, lanes: [[...replies, reply]] });
}

/** Of the calls before them, which are told one by one or together. */
function addResults(turns: Turn[], { results }: SavedMessage): void {
  const last = turns.at(-1);
  const replies = last?.lanes[0] ?? [];
  const calling = replies.at(-1);
  if (last === undefined || calling === undefined) return;
  const told = calling.toolCalls.map(({ id }, index) => {
    return results.find((one) => one.id === id)?.text ?? calling.results?.[index] ?? "";
  });
  turns.splice(-1, 1, { ...last, lanes: [[...replies.slice(0, -1), { ...calling, results: told }]] });
}
