import { meaningOfFinish } from "#dialects/fields/finish-words.ts";
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

export function decodeFinish(reason: string, hasCalls = false): FinishReason {
  return meaningOfFinish(meanings, reason, hasCalls);
}

/** The model made a mess of its answer: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
export function isFailedFinish(reason: unknown): boolean {
  return reason === "malformed_model_output" || reason === "malformed_tool_use";
}
