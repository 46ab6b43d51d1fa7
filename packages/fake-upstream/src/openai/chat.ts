// Replies in the wire format of `/chat/completions`.

import type { Reply } from "./reply.ts";
import type { JsonObject } from "#script.ts";

export function renderChatAnswer(reply: Reply): JsonObject {
  return {
    id: `chatcmpl-${reply.id}`,
    object: "chat.completion",
    created: reply.createdSeconds,
    model: reply.model,
    choices: indexes(reply).map((index) => ({
      index,
      message: renderMessage(reply),
      logprobs: null,
      finish_reason: reply.finishReason,
    })),
    ...(reply.usage === undefined ? {} : { usage: reply.usage }),
    service_tier: "default",
    system_fingerprint: "fp_fake",
  };
}

function renderMessage(reply: Reply): JsonObject {
  return {
    role: "assistant",
    content: reply.text === "" && reply.toolCalls.length > 0 ? null : reply.text,
    ...(reply.reasoning === undefined ? {} : { reasoning_content: reply.reasoning }),
    ...(reply.toolCalls.length === 0 ? {} : { tool_calls: reply.toolCalls.map(renderToolCall) }),
    refusal: null,
    annotations: [],
  };
}

function renderToolCall(call: Reply["toolCalls"][number]): JsonObject {
  return { id: call.id, type: "function", function: { name: call.name, arguments: JSON.stringify(call.arguments) } };
}

export interface StreamWish {
  /** The client asked for usage: every other chunk then says `usage: null`. */
  readonly asked: boolean;
  readonly sendUsage: boolean;
}

/** The chunks of a stream, without the framing; one list per content chunk, so that a stream can break between them. */
export function* chatChunks(reply: Reply, wish: StreamWish): Generator<JsonObject> {
  yield* perChoice(reply, wish, { role: "assistant", content: "", refusal: null });
  if (reply.reasoning !== undefined) yield* perChoice(reply, wish, { reasoning_content: reply.reasoning });
  for (const [index, call] of reply.toolCalls.entries()) yield* toolCallChunks(reply, wish, index, call);
  for (const delta of reply.deltas) yield* perChoice(reply, wish, { content: delta });
  yield* perChoice(reply, wish, {}, reply.finishReason);
  if (wish.sendUsage && reply.usage !== undefined) yield { ...frame(reply), choices: [], usage: reply.usage };
}

/** As vendors do it: the name first, then the arguments in parts. */
function* toolCallChunks(reply: Reply, wish: StreamWish, index: number, call: Reply["toolCalls"][number]) {
  const opening = { index, id: call.id, type: "function", function: { name: call.name, arguments: "" } };
  yield* perChoice(reply, wish, { tool_calls: [opening] });
  for (const part of JSON.stringify(call.arguments).match(/.{1,12}/gs) ?? []) {
    yield* perChoice(reply, wish, { tool_calls: [{ index, function: { arguments: part } }] });
  }
}

function* perChoice(reply: Reply, wish: StreamWish, delta: JsonObject, finishReason: string | null = null) {
  for (const index of indexes(reply)) {
    const choices = [{ index, delta, logprobs: null, finish_reason: finishReason }];
    yield { ...frame(reply), choices, ...(wish.asked ? { usage: null } : {}) };
  }
}

function frame(reply: Reply): JsonObject {
  return {
    id: `chatcmpl-${reply.id}`,
    object: "chat.completion.chunk",
    created: reply.createdSeconds,
    model: reply.model,
    service_tier: "default",
    system_fingerprint: "fp_fake",
  };
}

function indexes(reply: Reply): number[] {
  return Array.from({ length: reply.choices }, (_, index) => index);
}
