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
  /** Who may have kept the prompt; absent: nobody knows of one. */
  readonly holder?: Target;
}

/** In nano-USD, as if all of the prompt were kept where it may be; by what is estimated of the prompt and the most that the answer may come to; null where no price is known. */
export function estimatedNanos(target: Target, input: CostInput): number | null {
  const { request, assumedOutputTokens, time, holder } = input;
  const { prices } = target;
  const price = prices === null ? null : priceAt(prices, time);
  if (price === null) return null;
  const completionTokens = request.answers === 0 ? 0 : mostTokens(request, assumedOutputTokens);
  const promptTokens = request.promptTokensEstimate;
  const cachedTokens = target === holder ? promptTokens : 0;
  return costOf({ ...noUsage, promptTokens, cachedTokens, completionTokens }, price);
}
