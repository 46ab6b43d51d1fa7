import { tokensOf } from "@ghostllm/llm";
import type { Dialect, ParsedRequest, Usage } from "@ghostllm/llm";
import type { Estimator } from "#gateway/estimator/estimator.ts";
import { noUsage } from "./measured-usage.ts";
import type { MeasuredUsage } from "./measured-usage.ts";
import type { Evidence } from "./evidence.ts";

/** For a text that the tokenizer had no time for. */
const charactersPerToken = 4;

export interface MeasureInput {
  /** What the vendor told; null makes it an estimate. */
  readonly told: Usage | null;
  /** The answer came to its end: what was told is the last word. */
  readonly isComplete: boolean;
  readonly request: ParsedRequest;
  /** The client's: it is in this that the answer was written. */
  readonly dialect: Dialect;
  /** What came of the answer. */
  readonly evidence: Evidence;
  /** The answer came as a stream of events. */
  readonly streamed: boolean;
  readonly estimator: Estimator;
}

/** The vendor's own count, or the best that can be said without it. */
export async function measureUsage(input: MeasureInput): Promise<MeasuredUsage> {
  const { told, isComplete, request } = input;
  if (told !== null && isComplete) return { ...told, estimated: false };
  if (tokensOf(request.operation) !== "estimable")
    return { ...noUsage, ...told, estimated: true, isUnknown: told === null };
  const estimate = await estimateUsage(input);
  if (told === null) return estimate;
  // Some vendors tell the prompt at the beginning of a stream, and of the answer only what there was by then.
  const completionTokens = Math.max(told.completionTokens, estimate.completionTokens);
  return { ...told, completionTokens, estimated: completionTokens > told.completionTokens };
}

async function estimateUsage({
  request,
  evidence,
  dialect,
  streamed,
  estimator,
}: MeasureInput): Promise<MeasuredUsage> {
  const answer = evidence.text();
  const prompt = request.body;
  const counts = await estimator.estimate({ dialect: dialect.name, prompt, answer, streamed });
  const kept = counts?.completionTokens ?? dialect.upstream.readText(answer, streamed).length / charactersPerToken;
  return {
    ...noUsage,
    promptTokens: counts?.promptTokens ?? request.promptTokensEstimate,
    completionTokens: request.operation === "embeddings" ? 0 : Math.ceil(kept * evidence.scale),
    estimated: true,
    isPromptEstimated: true,
  };
}
