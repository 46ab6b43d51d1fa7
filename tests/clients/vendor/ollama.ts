import { chatModel, embeddingModel, vector, vectors, wordsOf } from "./dialect.ts";
import { openaiChat } from "./openai-chat.ts";
import type { Frames, Json, Speech, VendorDialect } from "./dialect.ts";

const head = { model: chatModel, created_at: "2026-10-01T00:00:00.000Z" };
const counts = {
  total_duration: 1_000_000,
  load_duration: 1,
  prompt_eval_count: 10,
  prompt_eval_duration: 1,
  eval_count: 4,
  eval_duration: 1,
};
const closing = { done: true, done_reason: "stop", ...counts };
const line = (value: Json): string => `${JSON.stringify(value)}\n`;

function messageOf(speech: Speech): Json {
  if ("text" in speech) return { role: "assistant", content: speech.text };
  const { name, args } = speech.call;
  return { role: "assistant", content: "", tool_calls: [{ id: "call_Abc123", function: { name, arguments: args } }] };
}

function frames(speech: Speech): Frames {
  const messages = "text" in speech ? wordsOf(speech.text).map((text) => messageOf({ text })) : [messageOf(speech)];
  return {
    begin: [],
    body: messages.map((message) => line({ ...head, message, done: false })),
    end: [line({ ...head, message: messageOf({ text: "" }), ...closing })],
  };
}

const models = [chatModel, embeddingModel].map((id) => ({
  name: `${id}:latest`,
  model: `${id}:latest`,
  modified_at: "2026-10-01T00:00:00Z",
  size: 1,
  digest: "0".repeat(64),
  details: { family: "test", parameter_size: "1B", quantization_level: "Q4_0" },
}));

export const ollama: VendorDialect = {
  name: "ollama",
  providerType: "ollama",
  basePath: "",
  streamType: "application/x-ndjson",
  asked: (path, body) => {
    if (path.endsWith("/api/tags") || path.endsWith("/v1/models")) return "models";
    if (path.endsWith("/api/embed")) return "embeddings";
    if (!path.endsWith("/api/chat")) return "else";
    return body["stream"] === false ? "answer" : "stream";
  },
  whole: (speech) => ({ ...head, message: messageOf(speech), ...closing }),
  frames,
  errorFrame: (error) => line({ error }),
  errorBody: (_status, error) => ({ error }),
  embeddings: (count) => ({ model: embeddingModel, embeddings: vectors(count, () => vector), prompt_eval_count: 3 }),
  models: (path) => (path.endsWith("/api/tags") ? { models } : openaiChat.models(path)),
};
