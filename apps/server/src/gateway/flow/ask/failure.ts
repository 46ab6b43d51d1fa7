// What an attempt that failed is to whoever decides what comes next: one table for all that can go wrong. Called by attempts.ts.

import type { ErrorCode, FallbackReason, RetriedFailure } from "@ghostllm/contract";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { UpstreamFailureKind } from "#gateway/upstream/upstream.ts";
import { askedRestMs, judge } from "./judge.ts";
import type { Outcome, Verdict } from "./judge.ts";

/** Beside what may be tried again at the same target: an account without money or rights, what is too long, refused or wrong. */
export type FailureKind = RetriedFailure | "quota" | "unusable" | "context_length" | "content_filter" | "request";

export interface Failure {
  readonly kind: FailureKind;
  readonly verdict: Verdict;
  /** By which list it leads on; null: by none. */
  readonly reason: FallbackReason | null;
  /** The vendor asks to be left alone for so long. */
  readonly askedMs: number;
}

const reasons: Readonly<Record<FailureKind, FallbackReason | null>> = {
  refused: "any",
  timeout: "any",
  broken: "any",
  error: "any",
  overloaded: "any",
  rate_limit: "rate_limit",
  quota: "rate_limit",
  unusable: "any",
  context_length: "context_length",
  content_filter: "content_filter",
  request: null,
};

const ofUpstream: Readonly<Record<UpstreamFailureKind, FailureKind>> = {
  connect: "refused",
  timeout: "timeout",
  broken: "broken",
  aborted: "broken",
  credential: "unusable",
  forbidden: "unusable",
};

const ofCodes: Readonly<Partial<Record<ErrorCode, FailureKind>>> = {
  provider_error: "error",
  provider_overloaded: "overloaded",
  timeout_error: "timeout",
  rate_limit_exceeded: "rate_limit",
  insufficient_quota: "quota",
  context_length_exceeded: "context_length",
  content_filter: "content_filter",
};

/** Null: it is an answer. */
export function failureOf(outcome: Outcome): Failure | null {
  if (outcome instanceof UpstreamFailure) return failure(ofUpstream[outcome.kind], judge(outcome), 0);
  if (outcome.kind === "stream" || outcome.error === null) return null;
  const verdict = judge(outcome);
  const known = ofCodes[outcome.error.code];
  const kind = known ?? (verdict === "accept" ? "request" : "unusable");
  return failure(kind, verdict, askedRestMs(outcome));
}

function failure(kind: FailureKind, verdict: Verdict, askedMs: number): Failure {
  return { kind, verdict, reason: reasons[kind], askedMs };
}

/** A provider has no room for more. */
export const noRoom: Failure = failure("rate_limit", "elsewhere", 0);
/** No target of a name can hold the request. */
export const tooLong: Failure = failure("context_length", "elsewhere", 0);
/** No target of a name can do what is asked. */
export const unable: Failure = failure("unusable", "elsewhere", 0);
