// Answers in Anthropic's dialect (https://docs.anthropic.com/en/api/messages), which the fake upstream does not speak by itself.

import type { Script } from "@ghostllm/fake-upstream";
import { textOf } from "./words.ts";
import type { Wish } from "./wish.ts";

export interface ToldWish extends Wish {
  readonly delayMs: number;
  readonly paceMs: number;
  /** Writes of a stream. */
  readonly pieces: number;
}

export function anthropicError(status: number, restSeconds: number): Script {
  const error = { type: "overloaded_error", message: "Overloaded" };
  const headers = { "retry-after": String(restSeconds) };
  return { kind: "answer", status, headers, body: { type: "error", error } };
}

export function anthropicAnswer(wish: ToldWish, writingMs: number): Script {
  const { model, pieces, delayMs, paceMs, stream, answerTokens: output_tokens } = wish;
  const text = textOf(pieces);
  const message = { id: "msg_demo", type: "message", role: "assistant", model };
  const usage = {
    input_tokens: wish.promptTokens - wish.cachedTokens,
    ...{ cache_read_input_tokens: wish.cachedTokens, cache_creation_input_tokens: 0, output_tokens },
  };
  const end = { stop_reason: "end_turn", stop_sequence: null };
  if (!stream) {
    const body = { ...message, content: [{ type: "text", text }], ...end, usage };
    return { kind: "answer", delayMs: delayMs + writingMs, body };
  }
  const started = { ...message, content: [], stop_reason: null, stop_sequence: null };
  const deltas = text.split(/(?<= )/).map((part) => ({
    type: "content_block_delta",
    ...{ index: 0, delta: { type: "text_delta", text: part } },
  }));
  const events = [
    { type: "message_start", message: { ...started, usage: { ...usage, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...deltas,
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: end, usage: { output_tokens } },
    { type: "message_stop" },
  ];
  const written = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  return { kind: "raw", text: written, perEvent: true, delayMs, paceMs };
}
