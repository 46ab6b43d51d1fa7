// Chats over a WebSocket, which tells what a stream does in fewer words: the piece of text, what is new as a whole, what was used.

import type { ChannelForm, ChannelMessage } from "#dialects/dialect.ts";
import { findMembers, spliceJson, type Splice } from "#wire/json-members.ts";
import { isObject, memberOf, parseJson, type JsonObject } from "#wire/json.ts";

/** Every answer is streamed, and says what it used. What cannot be read is left for the reader of requests to judge. */
function ask(body: Buffer): Buffer {
  const members = findMembers(body);
  if (members === null) return body;
  const start = body.indexOf("{") + 1;
  const comma = members.length > 0 ? "," : "";
  const set = (key: string, write: (value: unknown) => string): Splice => {
    const member = members.find((one) => one.key === key);
    if (member === undefined) return { start, end: start, text: `${JSON.stringify(key)}:${write(undefined)}${comma}` };
    const { valueStart, valueEnd } = member;
    return { start: valueStart, end: valueEnd, text: write(parseJson(body.toString("utf8", valueStart, valueEnd))) };
  };
  const withUsage = (options: unknown): string =>
    JSON.stringify({ ...(isObject(options) ? options : {}), include_usage: true });
  if (members.length === 0) return body;
  return spliceJson(body, [set("stream", () => "true"), set("stream_options", withUsage)]);
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
