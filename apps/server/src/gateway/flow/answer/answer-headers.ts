import { errorCatalogue, formatUsd } from "@ghostllm/contract";
import { addRateHeaders } from "#gateway/flow/admit.ts";
import { retryHeaders } from "#gateway/flow/ask/retry-after.ts";
import type { Answer, StreamAnswer, WholeAnswer } from "./answer.ts";
import type { Caching } from "#gateway/flow/recall/caching.ts";
import type { Guarding } from "#gateway/flow/guard/guarding.ts";
import type { Trail } from "#gateway/flow/trail.ts";
import type { RateReport } from "#link/counters.ts";

/** Of a vendor's answer: what tells a client how to read it, and whether to come back. */
const passedOn = ["content-type", "content-disposition", "x-should-retry"] as const;

export interface AnswerFacts {
  readonly answer: Answer;
  readonly report: RateReport;
  readonly trail: Trail;
  /** Null where nothing is kept of such answers. */
  readonly caching: Pick<Caching, "outcome" | "ageSeconds" | "semantic"> | null;
  /** Null where no guardrail holds. */
  readonly guarding: Pick<Guarding, "header"> | null;
  readonly overheadMs: number;
}

export function answerHeaders(facts: AnswerFacts): Record<string, string> {
  const { answer, report, trail, caching, guarding, overheadMs } = facts;
  const headers: Record<string, string> = {};
  for (const name of passedOn) {
    const value = answer.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  Object.assign(headers, answer.kind === "stream" ? streamHeaders(answer) : whenToComeBack(answer, trail));
  addRateHeaders(headers, report);
  if (answer.target !== null) {
    headers["x-ghostllm-provider"] = encodeHeader(answer.target.provider.name);
    headers["x-ghostllm-model"] = encodeHeader(answer.target.model);
  }
  headers["x-ghostllm-attempts"] = String(trail.attempts);
  if (trail.ledTo !== null) headers["x-ghostllm-fallback"] = encodeHeader(trail.ledTo);
  if (trail.passedOver.length > 0) headers["x-ghostllm-passed-over"] = encodeHeader(listOf(trail.passedOver));
  if (caching !== null) Object.assign(headers, cacheHeaders(caching));
  if (guarding !== null) Object.assign(headers, guarding.header);
  if (answer.notes.length > 0) Object.assign(headers, notesHeader(answer.notes));
  headers["x-ghostllm-overhead-ms"] = Math.max(0, overheadMs).toFixed(1);
  return headers;
}

function cacheHeaders({ outcome, ageSeconds, semantic }: NonNullable<AnswerFacts["caching"]>): Record<string, string> {
  const [told, similarity] = semantic ?? [];
  const isLike = outcome === "hit" && told === "told" && typeof similarity === "number";
  return {
    "x-ghostllm-cache": outcome,
    ...(isLike && { "x-ghostllm-cache-match": `semantic; similarity=${similarity.toFixed(4)}` }),
    ...(ageSeconds !== null && { age: String(ageSeconds) }),
  };
}

export function notesHeader(notes: readonly string[]): Record<string, string> {
  return notes.length === 0 ? {} : { "x-ghostllm-notes": encodeHeader(listOf(notes)) };
}

/** An alias answers, since a budget has no room for what was asked for. */
export function downgradeHeader(alias: string): Record<string, string> {
  return { "x-ghostllm-downgraded": encodeHeader(alias) };
}

function streamHeaders({ tap, headers }: StreamAnswer): Record<string, string> {
  const { contentType } = tap;
  return {
    ...retryHeaders(headers, undefined),
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
    ...(contentType !== undefined && { "content-type": contentType }),
  };
}

/**
 * When to come back, from the vendor's headers or, where no client's SDK looks, its body; or that it is of no use, which
 * the SDKs must be told. A failure that lasted through our own second try is tried again by nobody.
 */
function whenToComeBack({ error, status, headers }: WholeAnswer, trail: Trail): Record<string, string> {
  const told = retryHeaders(headers, error?.retryAfterSeconds);
  if (error === null || headers["x-should-retry"] !== undefined) return told;
  // A request that is at fault is sent again by no SDK, but for some statuses.
  if (error.code === "invalid_request_error" && !isTriedBySdks(status)) return told;
  const isTriedAgain = trail.isTriedAgain && status !== 429 && told["retry-after"] === undefined;
  const isInVain = isTriedAgain || !errorCatalogue[error.code].retryable;
  return isInVain ? { ...told, "x-should-retry": "false" } : told;
}

function isTriedBySdks(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** Known only when the answer is whole; absent where the price is unknown. */
export function costHeader(costNanos: number | null): Record<string, string> {
  return costNanos === null ? {} : { "x-ghostllm-cost-usd": formatUsd(costNanos) };
}

/** A client of a request with a thousand unknown fields would refuse so long a header, and with it the answer. */
const longestList = 1_000;

/** Names between commas, as many as fit. */
export function listOf(names: readonly string[]): string {
  let list = "";
  for (const [index, name] of names.entries()) {
    const told = name.length > longestName ? `${name.slice(0, longestName)}...` : name;
    if (list.length + told.length > longestList) return `${list} and ${names.length - index} more`;
    list += list === "" ? told : `, ${told}`;
  }
  return list;
}

const longestName = 100;

const isPlain = /^[\x20-\x7e]*$/;

/** A header may hold only ASCII, and a name may hold anything. */
function encodeHeader(value: string): string {
  if (isPlain.test(value)) return value;
  return value.toWellFormed().replace(/[^\x20-\x7e]/gu, encodeURIComponent);
}
