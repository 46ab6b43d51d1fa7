import type { FinishReason } from "#hub.ts";

const meanings: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  guardrail_intervened: "content_filter",
  content_filtered: "content_filter",
  refusal: "refusal",
};

/** Answers that the model made a mess of (`malformed_tool_use`) are ended in a way that no other dialect knows. */
export function decodeFinish(reason: string): FinishReason {
  return Object.hasOwn(meanings, reason) ? (meanings[reason] ?? "other") : "other";
}
