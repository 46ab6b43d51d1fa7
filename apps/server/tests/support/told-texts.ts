// What vendors of each dialect answer in words, whole or in pieces, and what a client reads of it.

import { encodeEventMessage } from "@ghostllm/fake-upstream";
import type { Script } from "@ghostllm/fake-upstream";
import { documentsOf } from "./talk.ts";
import type { ClientName, Json, VendorName } from "./talk.ts";

const json = { "content-type": "application/json" };
const whole = (body: object): Script => ({ kind: "answer", text: JSON.stringify(body), headers: json });
const raw = (text: string, contentType = "text/event-stream"): Script => {
  return { kind: "raw", text, headers: { "content-type": contentType } };
};
const sse = (events: readonly object[]): string => events.map((one) => `data: ${JSON.stringify(one)}\n\n`).join("");
const named = (events: readonly { readonly type: string }[]): string =>
  events.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`).join("");

/** Of one piece, where nothing is streamed. */
export const saying: Readonly<Record<VendorName, (pieces: readonly string[], stream: boolean) => Script>> = {
  "openai-chat"(pieces, stream) {
    const head = { id: "c1", created: 1_767_225_600, model: "m" };
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    const message = { role: "assistant", content: pieces.join("") };
    if (!stream)
      return whole({
        ...head,
        object: "chat.completion",
        choices: [{ index: 0, message, finish_reason: "stop" }],
        usage,
      });
    const chunk = (delta: object, finish_reason: string | null) => {
      return { ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] };
    };
    const chunks = [...pieces.map((content) => chunk({ content }, null)), chunk({}, "stop")];
    return raw(`${sse([...chunks, { ...head, object: "chat.completion.chunk", choices: [], usage }])}data: [DONE]\n\n`);
  },
  "openai-responses"(pieces, stream) {
    const text = pieces.join("");
    const part = { type: "output_text", text, annotations: [] };
    const item = { type: "message", id: "msg_1", role: "assistant", status: "completed", content: [part] };
    const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
    const response = { id: "resp_1", object: "response", created_at: 1_767_225_600, model: "m" };
    const done = { ...response, status: "completed", output: [item], usage };
    if (!stream) return whole(done);
    const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
    return raw(
      named([
        { type: "response.created", ...{ response: { ...response, status: "in_progress", output: [] } } },
        { type: "response.output_item.added", ...{ output_index: 0, item: { ...item, content: [] } } },
        { type: "response.content_part.added", ...place, ...{ part: { ...part, text: "" } } },
        ...pieces.map((delta) => ({ type: "response.output_text.delta", ...place, delta })),
        { type: "response.output_text.done", ...place, ...{ text } },
        { type: "response.content_part.done", ...place, ...{ part } },
        { type: "response.output_item.done", ...{ output_index: 0, item } },
        { type: "response.completed", ...{ response: done } },
      ]),
    );
  },
  "anthropic-messages"(pieces, stream) {
    const message = { id: "msg_1", type: "message", role: "assistant", model: "m", stop_sequence: null };
    const usage = { input_tokens: 3, output_tokens: 2 };
    const content = [{ type: "text", text: pieces.join("") }];
    if (!stream) return whole({ ...message, content, stop_reason: "end_turn", usage });
    return raw(
      named([
        { type: "message_start", ...{ message: { ...message, content: [], stop_reason: null, usage } } },
        { type: "content_block_start", ...{ index: 0, content_block: { type: "text", text: "" } } },
        ...pieces.map((text) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })),
        { type: "content_block_stop", ...{ index: 0 } },
        { type: "message_delta", ...{ delta: { stop_reason: "end_turn", stop_sequence: null }, usage } },
        { type: "message_stop" },
      ]),
    );
  },
  gemini(pieces, stream) {
    const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };
    const told = (text: string, isLast: boolean) => ({
      candidates: [
        { content: { role: "model", parts: [{ text }] }, index: 0, ...(isLast && { finishReason: "STOP" }) },
      ],
      ...(isLast && { usageMetadata }),
      ...{ modelVersion: "m", responseId: "g1" },
    });
    if (!stream) return whole(told(pieces.join(""), true));
    return raw(sse(pieces.map((piece, at) => told(piece, at === pieces.length - 1))));
  },
  ollama(pieces, stream) {
    const head = { model: "m", created_at: "2026-01-01T00:00:00.000000001Z" };
    const end = { done: true, done_reason: "stop", prompt_eval_count: 3, eval_count: 2 };
    const said = (content: string) => ({ role: "assistant", content });
    if (!stream) return whole({ ...head, message: said(pieces.join("")), ...end });
    const lines = [
      ...pieces.map((one) => ({ ...head, message: said(one), done: false })),
      { ...head, message: said(""), ...end },
    ];
    return raw(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), "application/x-ndjson");
  },
  "bedrock-converse"(pieces, stream) {
    const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 };
    const message = { role: "assistant", content: [{ text: pieces.join("") }] };
    if (!stream) return whole({ output: { message }, stopReason: "end_turn", usage });
    const bytes = Buffer.concat([
      encodeEventMessage("messageStart", { role: "assistant" }),
      ...pieces.map((text) => encodeEventMessage("contentBlockDelta", { contentBlockIndex: 0, delta: { text } })),
      encodeEventMessage("contentBlockStop", { contentBlockIndex: 0 }),
      encodeEventMessage("messageStop", { stopReason: "end_turn" }),
      encodeEventMessage("metadata", { usage }),
    ]);
    return {
      kind: "raw",
      base64: bytes.toString("base64"),
      headers: { "content-type": "application/vnd.amazon.eventstream" },
    };
  },
};

/** Every text that stands under one of the paths, in order. */
function textsAt(document: unknown, path: readonly string[]): readonly string[] {
  const [step, ...rest] = path;
  if (step === undefined) return typeof document === "string" ? [document] : [];
  if (step === "*") return Array.isArray(document) ? document.flatMap((one) => textsAt(one, rest)) : [];
  return typeof document === "object" && document !== null ? textsAt((document as Json)[step], rest) : [];
}

const places: Readonly<Record<ClientName, readonly [whole: string, streamed: string]>> = {
  "openai-chat": ["choices.*.message.content", "choices.*.delta.content"],
  "openai-responses": ["output.*.content.*.text", "delta"],
  "anthropic-messages": ["content.*.text", "delta.text"],
  gemini: ["candidates.*.content.parts.*.text", "candidates.*.content.parts.*.text"],
  ollama: ["message.content", "message.content"],
};

/** The text that a client reads in an answer. */
export function textIn(client: ClientName, body: string, stream: boolean): string {
  const path = places[client][stream ? 1 : 0].split(".");
  return documentsOf(body)
    .flatMap((document) => textsAt(document, path))
    .join("");
}
