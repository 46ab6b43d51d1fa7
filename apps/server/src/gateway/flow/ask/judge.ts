// What an attempt showed: whether its answer is the client's, who may do better, and whether the vendor is at fault.
// Called by attempts.ts. Invariant: what the request itself provokes is held against no target.

import type { ErrorCode } from "@ghostllm/contract";
import type { RestReason } from "#domain/target-rest.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { WhyLeft } from "#gateway/flow/tried.ts";
import type { VendorAnswer } from "#gateway/flow/answer/answer.ts";

export type Outcome = VendorAnswer | UpstreamFailure;

/** `accept`: it is the client's. `elsewhere`: another target may do better. `anywhere`: so may the same one, again. */
export type Verdict = "accept" | "elsewhere" | "anywhere";

export function judge(outcome: Outcome): Verdict {
  if (outcome instanceof UpstreamFailure) return hopelessKinds.has(outcome.kind) ? "elsewhere" : "anywhere";
  // What failed before it told anything is whole.
  if (outcome.kind === "stream") return "accept";
  if (outcome.error === null) return "accept";
  const { code, isElsewhere } = outcome.error;
  if (passingCodes.has(code)) return askedRestMs(outcome) > longestOwnWaitMs ? "elsewhere" : "anywhere";
  return isElsewhere || elsewhereCodes.has(code) ? "elsewhere" : "accept";
}

/** After these the same target would not do better. */
const hopelessKinds: ReadonlySet<UpstreamFailure["kind"]> = new Set(["timeout", "credential", "forbidden"]);

/** Failures of the vendor's own, which may be over when it is asked again. */
const passingCodes: ReadonlySet<ErrorCode> = new Set(["provider_error", "provider_overloaded", "timeout_error"]);

/** A vendor that asks for more time than this is not asked again while the client waits. */
const longestOwnWaitMs = 1_000;

/** What another vendor, another account or a larger model may answer better. The request is at fault in all others. */
const elsewhereCodes: ReadonlySet<ErrorCode> = new Set([
  "invalid_api_key",
  "insufficient_quota",
  "permission_denied",
  "model_not_found",
  "rate_limit_exceeded",
  "context_length_exceeded",
]);

/** How long the vendor asked us to stay away, in its headers or its body. */
export function askedRestMs(answer: VendorAnswer): number {
  const { retryAfterSeconds = 0 } = (answer.kind === "whole" && answer.error) || {};
  return Math.max(retryAfterMs(answer.headers), retryAfterSeconds * 1000);
}

/** Of the vendor, its account or the operator's credential: any request would have met it. */
const vendorsFaults: ReadonlySet<ErrorCode> = new Set([
  ...passingCodes,
  "rate_limit_exceeded",
  "insufficient_quota",
  "invalid_api_key",
]);

/** What it says is no error. */
export function isAnswer(outcome: Outcome): boolean {
  return !(outcome instanceof UpstreamFailure) && (outcome.kind === "stream" || outcome.error === null);
}

export function isVendorAtFault(outcome: Outcome): boolean {
  if (outcome instanceof UpstreamFailure) return true;
  if (outcome.kind === "stream") return outcome.tap.failure !== null;
  return outcome.error !== null && vendorsFaults.has(outcome.error.code);
}

const metByAnybody: ReadonlySet<UpstreamFailure["kind"]> = new Set(["connect", "credential", "forbidden"]);

/** That the server is not there, and what is the account's, would have met any other request as well. */
export function wouldMeetAnybody(outcome: Outcome): boolean {
  if (outcome instanceof UpstreamFailure) return metByAnybody.has(outcome.kind);
  return outcome.kind === "whole" && outcome.error !== null && accountsFaults.has(outcome.error.code);
}

const accountsFaults: ReadonlySet<ErrorCode> = new Set([
  "rate_limit_exceeded",
  "insufficient_quota",
  "invalid_api_key",
]);

/** Credentials and accounts do not mend themselves within seconds. */
const lastingCodes: ReadonlySet<ErrorCode> = new Set(["insufficient_quota", "invalid_api_key"]);
const lastingKinds: ReadonlySet<UpstreamFailure["kind"]> = new Set(["credential", "forbidden"]);
const lastingRestMs = 30_000;

/** How long a target is to be left alone after this; 0 where nobody knows. */
export function restMsAfter(outcome: Outcome): number {
  if (outcome instanceof UpstreamFailure) return lastingKinds.has(outcome.kind) ? lastingRestMs : 0;
  const isLasting = outcome.kind === "whole" && outcome.error !== null && lastingCodes.has(outcome.error.code);
  return Math.max(askedRestMs(outcome), isLasting ? lastingRestMs : 0);
}

const restReasons: Readonly<Partial<Record<ErrorCode, RestReason>>> = {
  rate_limit_exceeded: "rate_limit",
  insufficient_quota: "quota",
  invalid_api_key: "credential",
};

/** Why a target is left alone that fails so again and again. */
export function restReasonOf(outcome: Outcome): RestReason {
  if (outcome instanceof UpstreamFailure) return outcome.kind === "credential" ? "credential" : "failures";
  const code = outcome.kind === "whole" ? outcome.error?.code : undefined;
  return (code && restReasons[code]) ?? "failures";
}

/** For the record of the request. */
export function whyLeft(outcome: Outcome): WhyLeft {
  const restMs = restMsAfter(outcome);
  if (outcome instanceof UpstreamFailure) return { status: null, reason: outcome.kind, restMs };
  return { status: outcome.status, reason: codeOf(outcome), restMs };
}

function codeOf(answer: VendorAnswer): string {
  const code = answer.kind === "stream" ? answer.tap.failure?.code : answer.error?.code;
  return code ?? "provider_error";
}

/** What went wrong, for operators, in words of ours: a vendor's own may quote the prompt. */
export function describe(outcome: Outcome): string {
  if (outcome instanceof UpstreamFailure) return outcome.message;
  return `it answered with the error ${codeOf(outcome)}`;
}
