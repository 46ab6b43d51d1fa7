// What a caller is told whom limits or budgets refuse: which of them, in which figures, and what helps. Called by admit.ts.

import { formatUsd, GhostError } from "@ghostllm/contract";
import type { CountedScopes } from "#link/counted-scopes.ts";
import type { Refusal } from "#link/counters.ts";
import type { LimitedScope } from "#domain/principal.ts";
import { budgetOf } from "./downgrade.ts";

interface Asked {
  readonly scopes: readonly LimitedScope[];
  readonly countedScopes: Pick<CountedScopes, "endOf">;
  /** What people call the scope, where it is no business of whoever asks. */
  readonly named?: string;
}

/** Why a request was refused that may be admitted as soon as another one of that scope has ended. */
export class NoPlace {
  readonly of: Refusal["scope"];

  constructor(scope: Refusal["scope"]) {
    this.of = scope;
  }
}

/** No client of ours waits longer by itself: it asks again at once, in vain. */
const longestWaitSeconds = 60;

export function toError(refusal: Refusal, costNanos: number, asked: Asked): GhostError {
  const { retryAfterSeconds } = refusal;
  if (refusal.reason === "budget") return refuseByBudget(refusal, costNanos, asked);
  const details =
    retryAfterSeconds === null
      ? { isFinal: true }
      : { retryAfterSeconds, ...(retryAfterSeconds > longestWaitSeconds && { isFinal: true }) };
  const cause = refusal.reason === "concurrency" ? new NoPlace(refusal.scope) : undefined;
  return new GhostError("rate_limit_exceeded", describeLimit(refusal, asked), { ...details, cause });
}

/** Says which of three it is, with the figures: spent, held by running requests, or smaller than this request may cost. */
function refuseByBudget(refusal: Refusal, costNanos: number, asked: Asked): GhostError {
  if (isOthers(refusal)) return refuseByOthers(refusal, asked);
  const { limit, spentNanos = 0, reservedNanos = 0, retryAfterSeconds } = refusal;
  const { name, ends, seconds } = describeBudget(refusal, asked);
  const figures = `${formatUsd(limit)} USD, of which ${formatUsd(spentNanos)} are spent and ${formatUsd(reservedNanos)} are reserved by running requests. This request may cost up to ${formatUsd(costNanos)} USD`;
  if (spentNanos >= limit) {
    const message = `The ${name} is spent: it is ${figures}. ${ends}Ask an operator to raise it.`;
    return new GhostError("insufficient_quota", message, {
      ...(seconds !== null && { retryAfterSeconds: seconds, isFinal: true }),
    });
  }
  if (retryAfterSeconds !== null) {
    const message = `The rest of the ${name} is reserved by running requests: it is ${figures}. Try again when they have ended, or name a smaller maximum of output tokens.`;
    return new GhostError("insufficient_quota", message, { retryAfterSeconds, isFinal: false });
  }
  return new GhostError(
    "insufficient_quota",
    `What is left of the ${name} is less than this request may cost: the budget is ${figures}. ${ends}Name a smaller maximum of output tokens (\`max_tokens\`), shorten the prompt, or ask an operator to raise the budget.`,
  );
}

/** What is spent by everybody together is nobody's to know who asks. */
function isOthers({ scope: { kind } }: Refusal): boolean {
  return kind === "alias" || kind === "provider";
}

function refuseByOthers(refusal: Refusal, asked: Asked): GhostError {
  const { name, ends, seconds } = describeBudget(refusal, asked);
  const { retryAfterSeconds, limit, spentNanos = 0 } = refusal;
  const message = `The ${name} has no room for this request. `;
  if (retryAfterSeconds !== null) {
    const words = `${message}Try again when others have ended, or name a smaller maximum of output tokens.`;
    return new GhostError("insufficient_quota", words, { retryAfterSeconds, isFinal: false });
  }
  return new GhostError("insufficient_quota", `${message}${ends}Ask an operator to raise it.`, {
    ...(seconds !== null && spentNanos >= limit && { retryAfterSeconds: seconds, isFinal: true }),
  });
}

interface Described {
  readonly name: string;
  /** A sentence with a space behind it, or nothing. */
  readonly ends: string;
  /** Until it begins anew. */
  readonly seconds: number | null;
}

function describeBudget({ scope }: Refusal, { scopes, countedScopes, named = `this ${scope.kind}` }: Asked): Described {
  const budget = budgetOf(scopes, scope);
  if (budget === undefined) return { name: `budget of ${named}`, ends: "", seconds: null };
  const { span, days, timeZone } = budget;
  if (span === "total") return { name: `budget of ${named}`, ends: "", seconds: null };
  if (span === "rolling") return { name: `budget of ${named} for any ${days} days`, ends: "", seconds: null };
  const name = `budget of ${named} for the ${span}`;
  const { endsAt, seconds } = countedScopes.endOf(budget);
  return { name, ends: `It begins anew at ${new Date(endsAt).toISOString()} (${timeZone}). `, seconds };
}

const windowNames = new Map([
  [60_000, "minute"],
  [3_600_000, "hour"],
  [86_400_000, "day"],
]);

function describeLimit(refusal: Refusal, { named }: Asked): string {
  const { scope, reason, windowMs = 60_000, limit, retryAfterSeconds } = refusal;
  if (reason === "concurrency") return `${named ?? `This ${scope.kind}`} may have ${limit} requests running at a time.`;
  const what = reason === "cost" ? `${formatUsd(limit)} USD` : `${limit} ${reason}`;
  const most = `${what} per ${windowNames.get(windowMs) ?? "window"}`;
  if (retryAfterSeconds !== null)
    return `The limit of ${named ?? `this ${scope.kind}`}, ${most}, is reached. Try again in ${retryAfterSeconds} s.`;
  const why = reason === "cost" ? "The request alone may cost more than" : "The request alone is larger than";
  return `${why} the limit of ${most}.`;
}
