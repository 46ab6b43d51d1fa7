import { costOf, priceAt } from "@ghostllm/llm";
import type { ParsedRequest } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import { noUsage } from "#gateway/flow/answer/measured-usage.ts";
import { mostTokens } from "#gateway/flow/ask/unanswered.ts";

export interface CostInput {
  readonly request: ParsedRequest;
  /** For a request that names no maximum of its own. */
  readonly assumedOutputTokens: number;
  /** Epoch ms, for prices that depend on the time of day. */
  readonly time: number;
}

/** In nano-USD, by what is estimated of the prompt and the most that the answer may come to; null where no price is known. */
export function estimatedNanos({ prices }: Target, { request, assumedOutputTokens, time }: CostInput): number | null {
  const price = prices === null ? null : priceAt(prices, time);
  if (price === null) return null;
  const completionTokens = request.answers === 0 ? 0 : mostTokens(request, assumedOutputTokens);
  return costOf({ ...noUsage, promptTokens: request.promptTokensEstimate, completionTokens }, price);
}
