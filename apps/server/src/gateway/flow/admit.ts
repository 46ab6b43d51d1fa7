import { formatUsd, GhostError } from "@ghostllm/contract";
import { costOf, priceAt, uncounted, unmetered } from "@ghostllm/llm";
import type { Operation, ParsedRequest } from "@ghostllm/llm";
import type { Awaitable } from "#domain/clock.ts";
import type { Principal } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { Counters, RateReport, RateStatus, Refusal, Reservation } from "#link/counters/counters.ts";
import type { Candidates } from "./resolve.ts";

/** The permission to proceed. It holds reservations until it is settled under the request's id. */
export interface Admission {
  readonly report: RateReport;
}

export interface AdmissionInput {
  readonly id: string;
  readonly principal: Principal;
  readonly request: ParsedRequest;
  readonly candidates: Candidates;
  readonly counters: Counters;
  /** Reserved for a request that names no maximum of its own. */
  readonly assumedOutputTokens: number;
  /** Epoch ms. */
  readonly now: number;
  /** After this time a reservation that was never settled is given back. */
  readonly expiresAt: number;
  /** Told what is left of the limits when the request is refused; otherwise the admission says it. */
  readonly onRefusal: (report: RateReport) => void;
}

/** Limits, then budgets, over all scopes of the principal or none. Throws `rate_limit_exceeded` or `insufficient_quota`. */
export function admit(input: AdmissionInput): Awaitable<Admission> {
  const { id, principal, request, counters, now, expiresAt } = input;
  const isFree = unmetered.has(request.operation);
  const isBudgeted = !isFree && principal.scopes.some(({ budgetNanos }) => budgetNanos !== null);
  if (isBudgeted && uncounted.has(request.operation)) throw cannotBeBudgeted(request.operation);
  const reservation = counters.reserve({
    id,
    scopes: principal.scopes,
    tokens: isFree ? 0 : request.promptTokensEstimate,
    costNanos: isBudgeted ? mostItMayCost(input) : 0,
    now,
    expiresAt,
  });
  if (reservation instanceof Promise) return reservation.then((made) => toAdmission(made, input));
  return toAdmission(reservation, input);
}

function toAdmission(reservation: Reservation, { onRefusal }: AdmissionInput): Admission {
  if (reservation.admitted) return { report: reservation.report };
  onRefusal(reservation.report);
  throw refuse(reservation.refusal);
}

/** The cost at the dearest target, were the answer as long as it may become. */
function mostItMayCost({ request, candidates, assumedOutputTokens, now }: AdmissionInput): number {
  const usage = {
    promptTokens: request.promptTokensEstimate,
    completionTokens: (request.maxOutputTokens ?? assumedOutputTokens) * request.answers,
    cachedTokens: 0,
    reasoningTokens: 0,
  };
  return Math.max(...candidates.targets.map(({ target }) => costOf(usage, priceOf(target, now)) ?? Infinity));
}

/** A budget cannot be kept for a model whose price nobody knows. */
function priceOf({ provider, model, prices }: Target, now: number) {
  const price = prices === null ? null : priceAt(prices, now);
  if (price !== null) return price;
  throw new GhostError(
    "permission_denied",
    `The price of '${provider.name}/${model}' is unknown, so a key with a budget may not use it. An operator can set a price.`,
    { param: "model" },
  );
}

function cannotBeBudgeted(operation: Operation): GhostError {
  return new GhostError(
    "permission_denied",
    `Vendors do not count what ${operation} uses, so a key with a budget may not use it.`,
  );
}

function refuse(refusal: Refusal): GhostError {
  const [holder = "key"] = refusal.scopeId.split(":");
  const { retryAfterSeconds } = refusal;
  const details = retryAfterSeconds === null ? { isFinal: true } : { retryAfterSeconds };
  if (refusal.reason === "budget") {
    return new GhostError(
      "insufficient_quota",
      `The budget of this ${holder}, ${formatUsd(refusal.limit)} USD, is spent or reserved.`,
    );
  }
  return new GhostError("rate_limit_exceeded", describeLimit(holder, refusal), details);
}

function describeLimit(holder: string, { reason, limit, retryAfterSeconds }: Refusal): string {
  if (reason === "concurrency") return `This ${holder} may have ${limit} requests running at a time.`;
  if (retryAfterSeconds === null) return `The request alone is larger than the limit of ${limit} ${reason} per minute.`;
  return `The limit of this ${holder}, ${limit} ${reason} per minute, is reached. Try again in ${retryAfterSeconds} s.`;
}

/** The `x-ratelimit-*` headers of an answer, in the form of OpenAI's. */
export function rateHeaders({ requests, tokens }: RateReport): Record<string, string> {
  return { ...statusHeaders("requests", requests), ...statusHeaders("tokens", tokens) };
}

function statusHeaders(kind: string, status: RateStatus | null): Record<string, string> {
  if (status === null) return {};
  return {
    [`x-ratelimit-limit-${kind}`]: String(status.limit),
    [`x-ratelimit-remaining-${kind}`]: String(status.remaining),
    [`x-ratelimit-reset-${kind}`]: `${status.resetSeconds}s`,
  };
}
