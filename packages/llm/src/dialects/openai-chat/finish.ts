import { meaningOfFinish } from "#dialects/fields/finish-words.ts";
import type { FinishReason } from "#hub.ts";

/** OpenAI's own reasons, and those that vendors behind the same dialect made up. */
const meanings: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  eos: "stop",
  end_turn: "stop",
  stop_sequence: "stop",
  COMPLETE: "stop",
  length: "length",
  max_tokens: "length",
  model_length: "length",
  tool_calls: "tool_calls",
  tool_call: "tool_calls",
  tool_use: "tool_calls",
  function_call: "tool_calls",
  content_filter: "content_filter",
  sensitive: "content_filter",
  refusal: "refusal",
};

const words: Readonly<Record<FinishReason, string>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool_calls",
  content_filter: "content_filter",
  // The refusal's text tells the two apart.
  refusal: "content_filter",
  other: "stop",
};

export function decodeFinish(reason: string, hasCalls = false): FinishReason {
  return meaningOfFinish(meanings, reason, hasCalls);
}

export function encodeFinish(finish: FinishReason): string {
  return words[finish];
}

/**
 * The vendor or the model failed: DeepSeek's and Zhipu's words among those of servers that copy the dialect, and Google's
 * for calls that its models could not write. https://api-docs.deepseek.com/api/create-chat-completion
 */
export function isFailedFinish(reason: unknown): reason is string {
  return (
    typeof reason === "string" &&
    /^(?:error|network_error|engine_error|insufficient_system_resource|abort(?:ed)?)$|malformed_|unexpected_tool_call/i.test(
      reason,
    )
  );
}
