import { formatUsd, GhostError } from "@ghostllm/contract";
import { tokensOf } from "@ghostllm/llm";
import type { ClientDialectName, Operation, ParsedRequest, RequestDemand } from "@ghostllm/llm";
import type { Scope } from "#domain/access/scope.ts";
import type { Awaitable } from "#domain/clock.ts";
import type { LimitedScope } from "#domain/principal.ts";
import type { Counters, RateReport, Refusal, Reservation } from "#link/counters.ts";
import { mostItMayCost, noCost } from "./reserve.ts";
import type { MostCost } from "./reserve.ts";
import type { Candidates } from "./resolve.ts";

/** The permission to proceed. It holds reservations until it is settled under the request's id. */
export interface Admission {
  readonly report: RateReport;
  /** Held against budgets; 0 where there are none. */
  readonly reservedNanos: number;
  /** The vendor reads what nobody here has seen: no estimate can be made of it. */
  readonly readsUnseen: boolean;
}

export interface AdmissionInput {
  readonly id: string;
  readonly scopes: readonly LimitedScope[];
  readonly request: ParsedRequest;
  /** What it can cause, where that is known already. */
  readonly demand?: RequestDemand | null;
  readonly candidates: Candidates;
  /** The client's. */
  readonly dialect: ClientDialectName;
  /** What a header lets a model read, where that is more than usual. */
  readonly longerContext: number;
  readonly counters: Counters;
  /** Reserved for a request that names no maximum of its own. */
  readonly assumedOutputTokens: number;
  /** Epoch ms, for prices that depend on the time of day. */
  readonly now: number;
  /** After this a reservation that was never settled is given back. */
  readonly lifetimeMs: number;
  /** Told what is left of the limits when the request is refused; otherwise the admission says it. */
  readonly onRefusal: (report: RateReport) => void;
}

/** Limits, then budgets, over all scopes or none. Throws `rate_limit_exceeded` or `insufficient_quota`. */
export function admit(input: AdmissionInput): Awaitable<Admission> {
  const { id, scopes, request, counters, lifetimeMs } = input;
  const tokens = tokensOf(request.operation);
  const isFree = tokens === "none";
  const isBudgeted = !isFree && scopes.some(({ budgetNanos }) => budgetNanos !== null);
  if (isBudgeted && tokens === "untold") throw cannotBeBudgeted(request.operation);
  const most = isBudgeted ? mostItMayCost(input) : noCost;
  const reservation = counters.reserve({
    id,
    scopes,
    tokens: isFree ? 0 : request.promptTokensEstimate,
    costNanos: most.costNanos,
    lifetimeMs,
  });
  if (reservation instanceof Promise) return reservation.then((made) => toAdmission(made, input, most));
  return toAdmission(reservation, input, most);
}

function toAdmission(reservation: Reservation, { onRefusal }: AdmissionInput, most: MostCost): Admission {
  const { costNanos, readsUnseen } = most;
  if (reservation.admitted) return { report: reservation.report, reservedNanos: costNanos, readsUnseen };
  onRefusal(reservation.report);
  throw refuse(reservation.refusal, costNanos);
}

function cannotBeBudgeted(operation: Operation): GhostError {
  return new GhostError(
    "permission_denied",
    `Vendors do not count what ${operation} uses, so a key with a budget may not use it.`,
  );
}

function refuse(refusal: Refusal, costNanos: number): GhostError {
  const { retryAfterSeconds, scope } = refusal;
  if (refusal.reason === "budget") return refuseByBudget(scope, refusal, costNanos);
  const details = retryAfterSeconds === null ? { isFinal: true } : { retryAfterSeconds };
  return new GhostError("rate_limit_exceeded", describeLimit(scope, refusal), details);
}

/** Says which of three it is, with the figures: spent, held by running requests, or smaller than this request may cost. */
function refuseByBudget({ kind: holder }: Scope, refusal: Refusal, costNanos: number): GhostError {
  const { limit, spentNanos = 0, reservedNanos = 0, retryAfterSeconds } = refusal;
  const figures = `${formatUsd(limit)} USD, of which ${formatUsd(spentNanos)} are spent and ${formatUsd(reservedNanos)} are reserved by running requests. This request may cost up to ${formatUsd(costNanos)} USD`;
  if (spentNanos >= limit)
    return noQuota(`The budget of this ${holder} is spent: it is ${figures}. Ask an operator to raise it.`);
  if (retryAfterSeconds !== null) {
    const message = `The rest of the budget of this ${holder} is reserved by running requests: it is ${figures}. Try again when they have ended, or name a smaller maximum of output tokens.`;
    return new GhostError("insufficient_quota", message, { retryAfterSeconds, isFinal: false });
  }
  return noQuota(
    `What is left of the budget of this ${holder} is less than this request may cost: the budget is ${figures}. Name a smaller maximum of output tokens (\`max_tokens\`), shorten the prompt, or ask an operator to raise the budget.`,
  );
}

function noQuota(message: string): GhostError {
  return new GhostError("insufficient_quota", message);
}

function describeLimit({ kind: holder }: Scope, { reason, limit, retryAfterSeconds }: Refusal): string {
  if (reason === "concurrency") return `This ${holder} may have ${limit} requests running at a time.`;
  if (retryAfterSeconds === null) return `The request alone is larger than the limit of ${limit} ${reason} per minute.`;
  return `The limit of this ${holder}, ${limit} ${reason} per minute, is reached. Try again in ${retryAfterSeconds} s.`;
}

/** The `x-ratelimit-*` headers of an answer, in the form of OpenAI's. */
export function rateHeaders(report: RateReport): Record<string, string> {
  const headers: Record<string, string> = {};
  addRateHeaders(headers, report);
  return headers;
}

/** Into headers that are there: for every answer, objects of their own would be made and copied. */
export function addRateHeaders(headers: Record<string, string>, { requests, tokens }: RateReport): void {
  if (requests !== null) {
    headers["x-ratelimit-limit-requests"] = String(requests.limit);
    headers["x-ratelimit-remaining-requests"] = String(requests.remaining);
    headers["x-ratelimit-reset-requests"] = `${requests.resetSeconds}s`;
  }
  if (tokens !== null) {
    headers["x-ratelimit-limit-tokens"] = String(tokens.limit);
    headers["x-ratelimit-remaining-tokens"] = String(tokens.remaining);
    headers["x-ratelimit-reset-tokens"] = `${tokens.resetSeconds}s`;
  }
}
