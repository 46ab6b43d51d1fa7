// Attempts that came to nothing after their vendors had begun, which charge for them all the same: what they used, as far as it is
// known, and otherwise by estimate. Called by attempts.ts, deliver.ts and finish.ts.

import { costOf, crossesAs, priceAt, tokensOf } from "@ghostllm/llm";
import type { ParsedRequest } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { UpstreamCall, UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { noUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";

export interface UnansweredAttempt {
  /** Its number. */
  readonly attempt: number;
  readonly target: Target;
  readonly usage: MeasuredUsage;
}

export interface Begun {
  readonly request: ParsedRequest;
  readonly call: Pick<UpstreamCall, "isSent" | "answerStatus" | "answerBytes"> | null;
  /** Since the vendor was asked. */
  readonly elapsedMs: number;
  readonly assumedOutputTokens: number;
}

/** A connection that was gone before the vendor had it is closed sooner than this. */
const leastWorkMs = 1_000;

/** May the vendor have worked on it? An error that it told is none of those, and costs nothing. */
export function isCharged({ kind, isForeign }: UpstreamFailure, { request, call, elapsedMs }: Begun): boolean {
  if (call === null || !call.isSent || tokensOf(request.operation) === "none") return false;
  if (isForeign || kind === "aborted" || kind === "credential" || kind === "connect" || call.answerStatus >= 300)
    return false;
  return call.answerStatus > 0 || kind === "timeout" || elapsedMs >= leastWorkMs;
}

/** Models of today begin within this time and write at this pace. A plain answer that is not there yet may be written as far. */
const firstTokenMs = 3_000;
const tokensPerSecond = 50;
const bytesPerToken = 4;

/** The prompt, and as much of an answer as came of it or as its vendor had the time for. */
export function usageOfBegun({ request, call, elapsedMs, assumedOutputTokens }: Begun): MeasuredUsage {
  if (call?.isSent !== true || tokensOf(request.operation) === "none") return noUsage;
  const { promptTokensEstimate: promptTokens } = request;
  if (crossesAs(request.operation) !== "chat.completions" && request.operation !== "completions")
    return { ...noUsage, promptTokens, estimated: true, isPromptEstimated: true };
  const workedSeconds = request.stream ? 0 : Math.max(0, elapsedMs - firstTokenMs) / 1000;
  const written = Math.max(call.answerBytes / bytesPerToken, workedSeconds * tokensPerSecond);
  const completionTokens = Math.min(mostTokens(request, assumedOutputTokens), Math.floor(written));
  return { ...noUsage, promptTokens, completionTokens, estimated: true, isPromptEstimated: true };
}

/** Of one that was given up for another that answered sooner; null: its vendor has not begun, or told an error. */
export function usageOfOutpaced(begun: Begun): MeasuredUsage | null {
  const { call, request } = begun;
  if (call?.isSent !== true || call.answerStatus >= 300 || tokensOf(request.operation) === "none") return null;
  return usageOfBegun(begun);
}

/** Of output, that it may come to by what the client named, or by what is assumed where it named none. */
export function mostTokens({ maxOutputTokens, answers }: ParsedRequest, assumedOutputTokens: number): number {
  return (maxOutputTokens || assumedOutputTokens) * Math.max(1, answers);
}

/** In nano-USD; null where the price is unknown. */
export function costOfUnanswered({ target, usage }: UnansweredAttempt, now: number): number | null {
  const price = target.prices === null ? null : priceAt(target.prices, now);
  return price === null ? null : costOf(usage, price);
}

export type Unanswered = Pick<UsageRecord, "unansweredAttempts" | "unansweredTokens" | "unansweredCostNanos">;

const nothingUnanswered: Unanswered = { unansweredAttempts: 0, unansweredTokens: 0, unansweredCostNanos: 0 };

/** As a record tells them. */
export function sumOf(attempts: readonly UnansweredAttempt[], now: number): Unanswered {
  if (attempts.length === 0) return nothingUnanswered;
  const costs = attempts.map((attempt) => costOfUnanswered(attempt, now));
  return {
    unansweredAttempts: attempts.length,
    unansweredTokens: attempts.reduce((sum, { usage }) => sum + usage.promptTokens + usage.completionTokens, 0),
    unansweredCostNanos: costs.reduce(
      (sum: number | null, cost) => (sum === null || cost === null ? null : sum + cost),
      0,
    ),
  };
}
