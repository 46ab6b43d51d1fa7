import { chatModel, dataEvent, embeddingModel, vector, vectors, wordsOf } from "./dialect.ts";
import type { Frames, Json, Speech, VendorDialect } from "./dialect.ts";

const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };

function toolCall(speech: Speech): Json | null {
  if (!("call" in speech)) return null;
  const { name, args } = speech.call;
  return { id: "call_Abc123", type: "function", function: { name, arguments: JSON.stringify(args) } };
}

function chunk(delta: Json, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_790_000_000, model: chatModel };
  return dataEvent({ ...head, choices });
}

function whole(speech: Speech): Json {
  const call = toolCall(speech);
  const content = "text" in speech ? speech.text : null;
  const message = { role: "assistant", content, ...(call && { tool_calls: [call] }) };
  const choices = [{ index: 0, message, finish_reason: call ? "tool_calls" : "stop" }];
  return { id: "chatcmpl-1", object: "chat.completion", created: 1_790_000_000, model: chatModel, choices, usage };
}

function frames(speech: Speech): Frames {
  const call = toolCall(speech);
  const body = "text" in speech ? wordsOf(speech.text).map((content) => chunk({ content })) : [];
  return {
    begin: [chunk({ role: "assistant", content: "" })],
    body: call ? [chunk({ tool_calls: [{ index: 0, ...call }] })] : body,
    end: [chunk({}, call ? "tool_calls" : "stop"), dataEvent("[DONE]")],
  };
}

export const openaiChat: VendorDialect = {
  name: "openai-chat",
  providerType: "openai-compatible",
  basePath: "/v1",
  streamType: "text/event-stream",
  asked: (path, body) => {
    if (path.endsWith("/models")) return "models";
    if (path.endsWith("/embeddings")) return "embeddings";
    if (!path.endsWith("/chat/completions")) return "else";
    return body["stream"] === true ? "stream" : "answer";
  },
  whole,
  frames,
  errorFrame: (message) => dataEvent({ error: { message, type: "server_error", code: "overloaded", param: null } }),
  errorBody: (status, message) => ({
    error: { message, type: status < 500 ? "invalid_request_error" : "server_error", code: null, param: null },
  }),
  embeddings: (count) => ({
    object: "list",
    model: embeddingModel,
    data: vectors(count, (index) => ({ object: "embedding", index, embedding: vector })),
    usage: { prompt_tokens: 3, total_tokens: 3 },
  }),
  models: () => ({
    object: "list",
    data: [chatModel, embeddingModel].map((id) => ({ id, object: "model", created: 1, owned_by: "vendor" })),
  }),
};
