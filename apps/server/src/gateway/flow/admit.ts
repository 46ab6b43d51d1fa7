import { GhostError } from "@ghostllm/contract";
import { tokensOf } from "@ghostllm/llm";
import type { ClientDialectName, Operation, ParsedRequest, RequestDemand } from "@ghostllm/llm";
import { writePeriods } from "#domain/budgets/budget.ts";
import type { Awaitable } from "#domain/clock.ts";
import { needsCost } from "#link/counted-scopes.ts";
import type { CountedScopes } from "#link/counted-scopes.ts";
import type { CountedScope, Counters, RateReport, Reservation } from "#link/counters.ts";
import { aliasInstead, withoutBudget } from "./downgrade.ts";
import type { Asked, Downgraded } from "./downgrade.ts";
import { toError } from "./refusal.ts";
import { mostItMayCost, noCost } from "./reserve.ts";
import type { MostCost } from "./reserve.ts";

/** The permission to proceed. It holds reservations until it is settled under the request's id. */
export interface Admission {
  readonly report: RateReport;
  /** Held against budgets; 0 where there are none. */
  readonly reservedNanos: number;
  /** The vendor reads what nobody here has seen: no estimate can be made of it. */
  readonly readsUnseen: boolean;
  /** Of budgets, those that it is charged to, as its record tells them; null: there are none. */
  readonly budgetPeriods: string | null;
  /** What answers in the place of what was asked for, since a budget has no room for that. */
  readonly downgraded: Downgraded | null;
}

export interface AdmissionInput extends Asked {
  readonly id: string;
  readonly request: ParsedRequest;
  /** What it can cause, where that is known already. */
  readonly demand?: RequestDemand | null;
  /** The client's. */
  readonly dialect: ClientDialectName;
  /** What a header lets a model read, where that is more than usual. */
  readonly longerContext: number;
  readonly counters: Counters;
  readonly countedScopes: Pick<CountedScopes, "of" | "endOf">;
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
  return tryToAdmit(input, { counted: input.countedScopes.of(input.scopes), downgraded: null });
}

interface Try {
  readonly counted: readonly CountedScope[];
  readonly downgraded: Downgraded | null;
}

function tryToAdmit(input: AdmissionInput, attempt: Try): Awaitable<Admission> {
  const { id, request, counters, lifetimeMs } = input;
  const { counted: scopes } = attempt;
  const tokens = tokensOf(request.operation);
  const isFree = tokens === "none";
  const isBudgeted = !isFree && scopes.some(needsCost);
  if (isBudgeted && tokens === "untold") throw cannotBeBudgeted(request.operation);
  const most = isBudgeted ? mostItMayCost(input) : noCost;
  const reservation = counters.reserve({
    id,
    scopes,
    tokens: isFree ? 0 : request.promptTokensEstimate,
    costNanos: most.costNanos,
    lifetimeMs,
  });
  if (reservation instanceof Promise) return reservation.then((made) => toAdmission(made, input, attempt, most));
  return toAdmission(reservation, input, attempt, most);
}

function toAdmission(
  reservation: Reservation,
  input: AdmissionInput,
  { counted, downgraded }: Try,
  most: MostCost,
): Awaitable<Admission> {
  const { costNanos, readsUnseen } = most;
  const { report } = reservation;
  if (reservation.admitted) {
    const budgetPeriods = counted === input.scopes ? null : writePeriods(counted);
    return { report, reservedNanos: costNanos, readsUnseen, budgetPeriods, downgraded };
  }
  const { refusal } = reservation;
  const instead = aliasInstead(input, refusal);
  if (instead !== null) {
    const attempt = { counted: withoutBudget(counted, refusal.scope), downgraded: instead };
    return tryToAdmit({ ...input, candidates: instead.candidates }, attempt);
  }
  input.onRefusal(report);
  throw toError(refusal, costNanos, input);
}

function cannotBeBudgeted(operation: Operation): GhostError {
  return new GhostError(
    "permission_denied",
    `Vendors do not count what ${operation} uses, so a key with a budget may not use it.`,
  );
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
