import type { FinishReason } from "#hub.ts";

const meanings: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  refusal: "refusal",
};

const words: Readonly<Record<FinishReason, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
  refusal: "refusal",
  other: "end_turn",
};

/** Servers that copy the dialect may end an answer that calls tools as any other: its calls tell. */
export function decodeFinish(reason: string, hasCalls = false): FinishReason {
  const finish = Object.hasOwn(meanings, reason) ? (meanings[reason] ?? "other") : "other";
  return finish === "stop" && hasCalls ? "tool_calls" : finish;
}

export function encodeFinish(finish: FinishReason): string {
  return words[finish];
}
