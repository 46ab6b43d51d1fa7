import { meaningOfFinish } from "#dialects/fields/finish-words.ts";
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

export function decodeFinish(reason: string, hasCalls = false): FinishReason {
  return meaningOfFinish(meanings, reason, hasCalls);
}

export function encodeFinish(finish: FinishReason): string {
  return words[finish];
}
