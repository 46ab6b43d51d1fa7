// The same stream of 60 chunks as four vendors write it, for clients of other dialects. Each vendor's form is its own, with
// the fields that it sends with every chunk; the words are the same.

import type { Script } from "@ghostllm/fake-upstream";
import { streamBody, streamEnd, workloads } from "./workloads.ts";
import type { Workload } from "./workloads.ts";

export const translatedChunks = 60;

/** A workload that only a gateway that translates can serve. */
export interface TranslatedWorkload extends Workload {
  readonly from: string;
  readonly to: string;
  readonly frames: readonly string[];
}

const words = Array.from({ length: translatedChunks }, (_, index) => ` word${index}`);

function eventsOf(named: readonly object[]): readonly string[] {
  return named.map((event) => {
    const type: unknown = Reflect.get(event, "type");
    return `${typeof type === "string" ? `event: ${type}\n` : ""}data: ${JSON.stringify(event)}\n\n`;
  });
}

const anthropicFrames = eventsOf([
  {
    type: "message_start",
    message: {
      ...{ id: "msg_01Bench", type: "message", role: "assistant", model: "claude-sonnet-4-5-20250929", content: [] },
      ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: 42, output_tokens: 1 } },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  ...words.map((text) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })),
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 61 } },
  { type: "message_stop" },
]);

const geminiFrames = eventsOf(
  words.map((text, index) => ({
    candidates: [
      { content: { parts: [{ text }], role: "model" }, index: 0, ...(index === 59 && { finishReason: "STOP" }) },
    ],
    usageMetadata: { promptTokenCount: 42, candidatesTokenCount: index + 1, totalTokenCount: index + 43 },
    modelVersion: "gemini-2.5-flash",
    responseId: "BenchBenchBench",
  })),
);

const [openaiStream] = workloads.filter(({ name }) => name === "burst");
const openaiText = openaiStream?.script.kind === "raw" ? (openaiStream.script.text ?? "") : "";
const openaiFrames = openaiText.split(/(?<=\n\n)/);

const prompt = `What happens here? ${words.join("")}`;

function anthropicBody(model: string): string {
  return JSON.stringify({ model, max_tokens: 200, stream: true, messages: [{ role: "user", content: prompt }] });
}

function responsesBody(model: string): string {
  return JSON.stringify({ model, max_output_tokens: 200, stream: true, input: prompt });
}

function scriptOf(frames: readonly string[]): Script {
  return { kind: "raw", text: frames.join(""), perEvent: true, paceMs: 0 };
}

interface Way extends Pick<TranslatedWorkload, "name" | "from" | "to" | "frames" | "answerEnd" | "body"> {
  readonly path: string;
  readonly model: string;
}

const chatPath = "/v1/chat/completions";
const ways: readonly Way[] = [
  {
    ...{ name: "passed", from: "openai-chat", to: "openai-chat", path: chatPath, model: "gpt-4o-mini" },
    ...{ frames: openaiFrames, body: streamBody, answerEnd: streamEnd },
  },
  {
    ...{ name: "anthropic-to-chat", from: "anthropic-messages", to: "openai-chat", path: chatPath },
    ...{ model: "anthropic/claude-sonnet-4-5", frames: anthropicFrames, body: streamBody, answerEnd: streamEnd },
  },
  {
    ...{ name: "chat-to-anthropic", from: "openai-chat", to: "anthropic-messages", path: "/v1/messages" },
    ...{ model: "gpt-4o-mini", frames: openaiFrames, body: anthropicBody, answerEnd: '{"type":"message_stop"}\n\n' },
  },
  {
    ...{ name: "gemini-to-chat", from: "gemini", to: "openai-chat", path: chatPath },
    ...{ model: "google/gemini-2.5-flash", frames: geminiFrames, body: streamBody, answerEnd: streamEnd },
  },
  {
    ...{ name: "chat-to-responses", from: "openai-chat", to: "openai-responses", path: "/v1/responses" },
    ...{ model: "cerebras/gpt-oss-120b", frames: openaiFrames, body: responsesBody, answerEnd: "}}\n\n" },
  },
];

export const translatedWorkloads: readonly TranslatedWorkload[] = ways.map((way) => ({
  ...way,
  title: way.from === way.to ? `${way.from}, passed` : `${way.from} for ${way.to}`,
  script: scriptOf(way.frames),
  answerSign: "word59",
}));
