import { GhostError } from "@ghostllm/contract";
import { tokensOf } from "@ghostllm/llm";
import { writePeriods } from "#domain/budgets/budget.ts";
import type { Awaitable } from "#domain/clock.ts";
import { needsCost } from "#link/counted-scopes.ts";
import type { CountedScopes } from "#link/counted-scopes.ts";
import type { Consulted, CountedScope, Counters, RateReport, Reservation } from "#link/counters.ts";
import { aliasInstead, withoutBudget } from "./downgrade.ts";
import type { Asked, Downgraded } from "./downgrade.ts";
import { toError } from "./refusal.ts";
import { mostItMayCost, noCost, whoHasBudget } from "./reserve.ts";
import type { MostCost, ReservedFor } from "./reserve.ts";

/** What it takes to know what a request is to be held at, whoever is asked whether it may go on. */
export interface Terms extends Omit<ReservedFor, "candidates"> {
  readonly id: string;
  readonly counters: Counters;
  readonly countedScopes: Pick<CountedScopes, "of" | "endOf">;
  /** After this a reservation that was never settled is given back. */
  readonly lifetimeMs: number;
  /** Nothing is taken, and so there is nothing to settle. */
  readonly onlyLooks?: true;
}

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
  /** What it was held to, to be told. */
  readonly consulted: Consulted;
  readonly counted: readonly CountedScope[];
}

/** To be told. */
export type HeldTo = Pick<Admission, "consulted" | "counted">;

export interface AdmissionInput extends Asked, Terms {
  /** Told what is left of the limits when the request is refused; otherwise the admission says it. */
  readonly onRefusal: (report: RateReport, held: HeldTo) => void;
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
  const most = mostFor(input, attempt.counted);
  const reservation = reserve(input, attempt.counted, most.costNanos);
  if (reservation instanceof Promise) return reservation.then((made) => toAdmission(made, input, attempt, most));
  return toAdmission(reservation, input, attempt, most);
}

/** Throws `permission_denied` where these have to know what it may cost, and nobody can. */
export function mostFor(input: ReservedFor, scopes: readonly CountedScope[]): MostCost {
  const tokens = tokensOf(input.request.operation);
  if (tokens === "none" || !scopes.some(needsCost)) return noCost;
  if (tokens === "untold") throw cannotBeBudgeted(input);
  return mostItMayCost(input);
}

export function reserve(
  { id, request, counters, lifetimeMs, onlyLooks }: Terms,
  scopes: readonly CountedScope[],
  costNanos: number,
): Awaitable<Reservation> {
  const tokens = tokensOf(request.operation) === "none" ? 0 : request.promptTokensEstimate;
  return counters.reserve({ id, scopes, tokens, costNanos, lifetimeMs, ...(onlyLooks && { onlyLooks }) });
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
    const budgetPeriods = counted === input.scopes && input.candidates.scope === null ? null : writePeriods(counted);
    const { consulted } = reservation;
    return { report, reservedNanos: costNanos, readsUnseen, budgetPeriods, downgraded, consulted, counted };
  }
  const { refusal } = reservation;
  const instead = aliasInstead(input, refusal);
  if (instead !== null) return admitInstead(input, withoutBudget(counted, refusal.scope), instead);
  input.onRefusal(report, { consulted: reservation.consulted, counted });
  throw toError(refusal, costNanos, input);
}

/** The alias that answers admits it as well. */
function admitInstead(
  input: AdmissionInput,
  counted: readonly CountedScope[],
  downgraded: Downgraded,
): Awaitable<Admission> {
  const { candidates } = downgraded;
  const { scope } = candidates;
  if (scope === null || input.scopes.includes(scope))
    return tryToAdmit({ ...input, candidates }, { counted, downgraded });
  const all = { ...input, candidates, scopes: [...input.scopes, scope] };
  return tryToAdmit(all, { counted: [...counted, ...input.countedScopes.of([scope])], downgraded });
}

function cannotBeBudgeted(input: ReservedFor): GhostError {
  const message = `Vendors do not count what ${input.request.operation} uses, so ${whoHasBudget(input)} may not use it.`;
  return new GhostError("permission_denied", message);
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
