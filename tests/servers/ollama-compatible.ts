// The scripted Ollama in the dialects of others. When its runner dies it ends there as if nothing had happened.

import { completionOf, dies, embed, findModel } from "./ollama-runner.ts";
import type { Fields, Reply } from "./ollama-runner.ts";

const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as readonly Fields[]) : []);

function failure(status: number, message: string): Reply {
  const type = status === 404 ? "not_found_error" : status < 500 ? "invalid_request_error" : "api_error";
  return { status, json: { error: { message, type, param: null, code: null } } };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return listOf(content)
    .map(({ text }) => String(text ?? ""))
    .join(" ");
}

const promptOf = (body: Fields): string =>
  listOf(body["messages"])
    .map(({ content }) => textOf(content))
    .join(" ");

function refusalOf({ model, tools, reasoning_effort: effort }: Fields): Reply | null {
  const found = findModel(model);
  if (found === undefined) return failure(404, `model '${String(model)}' not found`);
  if (listOf(tools).length > 0) return failure(400, `registry.ollama.ai/library/${found} does not support tools`);
  if (effort !== undefined && effort !== "none") return failure(400, `"${found}" does not support thinking`);
  return null;
}

const data = (event: object): string => `data: ${JSON.stringify(event)}\n\n`;

/** `max_completion_tokens` and `n` mean nothing to it, and usage is told only to those who ask. */
function chat(body: Fields): Reply {
  const refusal = refusalOf(body);
  if (refusal !== null) return refusal;
  const { stream, max_tokens: limit, stream_options: options, model } = body;
  const prompt = promptOf(body);
  const { words, prompt: promptTokens, reason } = completionOf(prompt, limit);
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: words.length,
    total_tokens: promptTokens + words.length,
  };
  const head = { id: "chatcmpl-1", created: 1795824000, model, system_fingerprint: "fp_ollama" };
  if (stream !== true) {
    if (dies(prompt)) return failure(500, "an error was encountered while running the model: unexpected EOF");
    const message = { role: "assistant", content: words.join("") };
    return {
      json: { ...head, object: "chat.completion", choices: [{ index: 0, message, finish_reason: reason }], usage },
    };
  }
  const chunk = (content: string, finish: string | null, more = {}): string =>
    data({
      ...{ ...head, object: "chat.completion.chunk", ...more },
      choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: finish }],
    });
  const written = words.map((word) => chunk(word, null));
  const type = "text/event-stream";
  if (dies(prompt)) return { type, pieces: [...written.slice(0, 2), chunk("", null, { model: "" })] };
  const isAsked = (options as Fields | undefined)?.["include_usage"] === true;
  const last = isAsked ? [data({ ...head, object: "chat.completion.chunk", choices: [], usage })] : [];
  return { type, pieces: [...written, chunk("", reason), ...last, "data: [DONE]\n\n"] };
}

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

/** Thinking is tolerated here of models that cannot. */
function messages(body: Fields): Reply {
  const refusal = refusalOf({ ...body, reasoning_effort: undefined });
  if (refusal !== null) return refusal;
  const prompt = promptOf(body);
  const { words, prompt: promptTokens, reason } = completionOf(prompt, body["max_tokens"]);
  const stop = { stop_reason: reason === "stop" ? "end_turn" : "max_tokens", stop_sequence: null };
  const message = { id: "msg_1", type: "message", role: "assistant", model: body["model"] };
  const usage = { input_tokens: promptTokens, output_tokens: words.length };
  if (body["stream"] !== true) {
    if (dies(prompt)) return failure(500, "unexpected EOF");
    return { json: { ...message, content: [{ type: "text", text: words.join("") }], ...stop, usage } };
  }
  const estimate = { input_tokens: 7, output_tokens: 0 };
  const begin = [
    event("message_start", { message: { ...message, content: [], stop_reason: null, usage: estimate } }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
  ];
  const deltas = words.map((text) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }));
  const end = [
    event("content_block_stop", { index: 0 }),
    event("message_delta", { delta: stop, usage }),
    event("message_stop", {}),
  ];
  const type = "text/event-stream";
  return { type, pieces: dies(prompt) ? [...begin, ...deltas.slice(0, 2)] : [...begin, ...deltas, ...end] };
}

function embeddings(body: Fields): Reply {
  if (Array.isArray(body["input"]) && body["input"].length === 0) return failure(400, "invalid input");
  const found = embed(body);
  if (!("vectors" in found)) {
    const error = (found.json as { readonly error?: unknown } | undefined)?.error;
    return failure(found.status ?? 500, String(error));
  }
  const list = found.vectors.map((embedding, index) => ({ object: "embedding", index, embedding }));
  const usage = { prompt_tokens: found.tokens, total_tokens: found.tokens };
  return { json: { object: "list", data: list, model: body["model"], usage } };
}

export const compatible: Readonly<Record<string, (body: Fields) => Reply>> = {
  "POST /v1/chat/completions": chat,
  "POST /v1/messages": messages,
  "POST /v1/embeddings": embeddings,
};
