// What clients of each dialect ask, for decoders and encoders that want to know what their answer is to.

import { dialects } from "@ghostllm/llm";
import type { Dialect, ParsedRequest } from "@ghostllm/llm";

export interface Client {
  readonly dialect: Dialect;
  /** A chat, with everything that changes how it is answered. */
  readonly requests: readonly ParsedRequest[];
}

type Operation = ParsedRequest["operation"];

interface Question {
  readonly body: object;
  readonly operation?: Operation;
  readonly stream?: boolean;
  readonly query?: string;
}

const turn = { role: "user", content: "Hello" };
const openaiTool = { type: "function", function: { name: "f", parameters: {} } };

const questions: Readonly<Record<string, readonly Question[]>> = {
  "openai-chat": [
    { body: { model: "m", messages: [turn], stream: true } },
    {
      body: {
        model: "m",
        messages: [turn],
        stream: true,
        stream_options: { include_usage: true },
        tools: [openaiTool],
      },
    },
    { body: { model: "m", messages: [turn] } },
  ],
  "openai-responses": [
    { body: { model: "m", input: "Hello", stream: true, tools: [{ type: "custom", name: "f" }] } },
    { body: { model: "m", input: "Hello", include: ["reasoning.encrypted_content"] } },
  ],
  "anthropic-messages": [
    { body: { model: "m", max_tokens: 9, messages: [turn], stream: true } },
    { body: { model: "m", max_tokens: 9, messages: [turn] } },
  ],
  gemini: [
    { body: { contents: [{ parts: [{ text: "Hello" }] }] }, stream: true, query: "alt=sse" },
    { body: { contents: [{ parts: [{ text: "Hello" }] }] }, stream: true },
    { body: { contents: [{ parts: [{ text: "Hello" }] }] }, stream: false },
  ],
  ollama: [
    { body: { model: "m", messages: [turn] } },
    { body: { model: "m", prompt: "Hello" }, operation: "generate" },
    { body: { model: "m", messages: [turn], stream: false } },
  ],
};

function ask(dialect: Dialect, { body, operation = "chat.completions", stream, query = "" }: Question): ParsedRequest {
  const line = { model: "m", query, ...(stream !== undefined && { stream }) };
  return dialect.client.parseRequest(operation, Buffer.from(JSON.stringify(body)), line);
}

export const clients: readonly Client[] = Object.values(dialects).map((dialect) => ({
  dialect,
  requests: (questions[dialect.name] ?? []).map((question) => ask(dialect, question)),
}));
