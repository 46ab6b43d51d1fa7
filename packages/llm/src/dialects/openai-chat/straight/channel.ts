// Chats over a WebSocket, which tells what a stream does in fewer words: the piece of text, what is new as a whole, what was used.

import type { ChannelForm, ChannelMessage } from "#dialects/dialect.ts";
import { askForUsage } from "./edit.ts";
import { findMembers, spliceJson, type Member, type Splice } from "#wire/json-members.ts";
import { isObject, memberOf, type JsonObject } from "#wire/json.ts";

/** Every answer is streamed, and says what it used. What cannot be read is left for the reader of requests to judge. */
function ask(body: Buffer): Buffer {
  const members = findMembers(body) ?? [];
  return members.length === 0 ? body : spliceJson(body, [askForStream(body, members), askForUsage(body, members)]);
}

function askForStream(body: Buffer, members: readonly Member[]): Splice {
  const member = members.find(({ key }) => key === "stream");
  if (member !== undefined) return { start: member.valueStart, end: member.valueEnd, text: "true" };
  const start = body.indexOf("{") + 1;
  return { start, end: start, text: '"stream":true,' };
}

function tell(event: JsonObject): readonly ChannelMessage[] {
  const { choices, usage, error } = event;
  if (error !== undefined && error !== null)
    return [{ type: "error", error: isObject(error) ? error : { message: error } }];
  const chunks = Array.isArray(choices) ? choices.filter(isObject).map(chunkOf) : [];
  return isObject(usage) ? [...chunks, { type: "usage", ...usage }] : chunks;
}

function chunkOf(choice: JsonObject): ChannelMessage {
  const { delta, index, finish_reason: finishReason, logprobs } = choice;
  const content = memberOf(delta, "content");
  return {
    type: "chunk",
    content: typeof content === "string" ? content : "",
    delta: isObject(delta) ? delta : {},
    ...(typeof index === "number" && index > 0 && { index }),
    ...(typeof finishReason === "string" && { finish_reason: finishReason }),
    ...(isObject(logprobs) && { logprobs }),
  };
}

export const channel: ChannelForm = { ask, tell };
