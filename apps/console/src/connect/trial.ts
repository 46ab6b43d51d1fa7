// One request as a client would make it, in its own dialect: what a button that tries a key sends.

import { fieldOf, listOf, textOf } from "./fields.ts";

/** By which of the gateway's dialects a client asks. */
export type Asking = "chat" | "responses" | "messages" | "gemini" | "ollama";

export interface TrialRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

interface Dialect {
  readonly request: (key: string, model: string, prompt: string) => TrialRequest;
  readonly text: (answer: unknown) => string;
  /** Null where it does not say. */
  readonly tokens: (answer: unknown) => number | null;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const messagesOf = (content: string) => [{ role: "user", content }];

function sumOf(usage: unknown, ...names: readonly string[]): number | null {
  const counts = names.map((name) => fieldOf(usage, name)).filter((count) => typeof count === "number");
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** Of a list of parts, those that are text. */
function textOfParts(parts: readonly unknown[]): string {
  return parts.map((part) => textOf(part, "text")).join("");
}

const chat: Dialect = {
  request: (key, model, prompt) => ({
    path: "/v1/chat/completions",
    headers: bearer(key),
    body: { model, messages: messagesOf(prompt) },
  }),
  text: (answer) => textOf(fieldOf(listOf(answer, "choices")[0], "message"), "content"),
  tokens: (answer) => sumOf(fieldOf(answer, "usage"), "total_tokens"),
};

const responses: Dialect = {
  request: (key, model, prompt) => ({
    path: "/v1/responses",
    headers: bearer(key),
    body: { model, input: prompt, store: false },
  }),
  text: (answer) => textOfParts(listOf(answer, "output").flatMap((item) => listOf(item, "content"))),
  tokens: (answer) => sumOf(fieldOf(answer, "usage"), "total_tokens"),
};

const messages: Dialect = {
  request: (key, model, prompt) => ({
    path: "/v1/messages",
    headers: { "x-api-key": key, "anthropic-version": "2023-06-01" },
    body: { model, max_tokens: 256, messages: messagesOf(prompt) },
  }),
  text: (answer) => textOfParts(listOf(answer, "content")),
  tokens: (answer) => sumOf(fieldOf(answer, "usage"), "input_tokens", "output_tokens"),
};

const gemini: Dialect = {
  request: (key, model, prompt) => ({
    path: `/v1beta/models/${encodeURIComponent(model)}:generateContent`,
    headers: { "x-goog-api-key": key },
    body: { contents: [{ role: "user", parts: [{ text: prompt }] }] },
  }),
  text: (answer) => textOfParts(listOf(fieldOf(listOf(answer, "candidates")[0], "content"), "parts")),
  tokens: (answer) => sumOf(fieldOf(answer, "usageMetadata"), "totalTokenCount"),
};

const ollama: Dialect = {
  request: (key, model, prompt) => ({
    path: "/api/chat",
    headers: bearer(key),
    body: { model, messages: messagesOf(prompt), stream: false },
  }),
  text: (answer) => textOf(fieldOf(answer, "message"), "content"),
  tokens: (answer) => sumOf(answer, "prompt_eval_count", "eval_count"),
};

export const askings: Readonly<Record<Asking, Dialect>> = { chat, responses, messages, gemini, ollama };

/** What a vendor's SDKs would tell of a refusal, whichever form its dialect has for it. */
export function refusedWords(answer: unknown): string {
  const error = fieldOf(answer, "error");
  return typeof error === "string" ? error : textOf(error, "message");
}
