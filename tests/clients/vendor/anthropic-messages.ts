import { chatModel, namedEvent, wordsOf } from "./dialect.ts";
import type { Frames, Json, Speech, VendorDialect } from "./dialect.ts";

const usage = { input_tokens: 10, output_tokens: 4, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

function blockOf(speech: Speech): Json {
  if ("text" in speech) return { type: "text", text: speech.text };
  return { type: "tool_use", id: "toolu_Abc123", name: speech.call.name, input: speech.call.args };
}

function messageOf(speech: Speech): Json {
  const head = { id: "msg_1", type: "message", role: "assistant", model: chatModel };
  const stop_reason = "call" in speech ? "tool_use" : "end_turn";
  return { ...head, content: [blockOf(speech)], stop_reason, stop_sequence: null, usage };
}

function frames(speech: Speech): Frames {
  const message = messageOf(speech);
  const empty = "text" in speech ? { type: "text", text: "" } : { ...blockOf(speech), input: {} };
  const deltas =
    "text" in speech
      ? wordsOf(speech.text).map((text) => ({ type: "text_delta", text }))
      : [{ type: "input_json_delta", partial_json: JSON.stringify(speech.call.args) }];
  const delta = { stop_reason: message["stop_reason"], stop_sequence: null };
  return {
    begin: [
      namedEvent("message_start", { message: { ...message, content: [], stop_reason: null } }),
      namedEvent("content_block_start", { index: 0, content_block: empty }),
    ],
    body: deltas.map((piece) => namedEvent("content_block_delta", { index: 0, delta: piece })),
    end: [
      namedEvent("content_block_stop", { index: 0 }),
      namedEvent("message_delta", { delta, usage: { output_tokens: 4 } }),
      namedEvent("message_stop", {}),
    ],
  };
}

const errorTypes: Readonly<Record<number, string>> = {
  401: "authentication_error",
  429: "rate_limit_error",
  503: "api_error",
};

export const anthropicMessages: VendorDialect = {
  name: "anthropic-messages",
  providerType: "anthropic",
  basePath: "",
  streamType: "text/event-stream",
  asked: (path, body) => {
    if (path.endsWith("/models")) return "models";
    if (!path.endsWith("/messages")) return "else";
    return body["stream"] === true ? "stream" : "answer";
  },
  whole: messageOf,
  frames,
  errorFrame: (message) => namedEvent("error", { error: { type: "overloaded_error", message } }),
  errorBody: (status, message) => ({
    type: "error",
    error: { type: errorTypes[status] ?? "invalid_request_error", message },
  }),
  embeddings: () => ({}),
  models: () => ({
    data: [{ type: "model", id: chatModel, display_name: "Model A", created_at: "2026-01-01T00:00:00Z" }],
    has_more: false,
    first_id: chatModel,
    last_id: chatModel,
  }),
};
