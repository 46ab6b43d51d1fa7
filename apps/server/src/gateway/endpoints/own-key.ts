// `GET /v1/key`: what a key may know of itself. Any key may ask, for itself alone: what it may do, what it is held to, and how far that is
// used up at the moment.

import { formatUsd } from "@ghostllm/contract";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Counted } from "#domain/access/scope.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import type { LimitedScope, Principal } from "#domain/principal.ts";
import { toToldLimits } from "#domain/told-limits.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { answerError, encodeForAnybody } from "#gateway/http/answer-error.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { identify } from "#gateway/http/identify.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route } from "#gateway/http/route.ts";
import type { PresentBudget } from "#link/counted-scopes.ts";
import type { CountedScope, ScopeUse } from "#link/counters.ts";
import { allowanceOf, toldOf } from "#link/decision.ts";

type OwnKeyDeps = Pick<GatewayDeps, "snapshots" | "steadyTime" | "counters" | "countedScopes" | "events" | "contents">;

const json = { "content-type": "application/json", "cache-control": "no-store" };

export function ownKeyRoutes(deps: OwnKeyDeps): readonly Route[] {
  return [
    routeOf({ method: "GET", encodeError: encodeForAnybody }, "/v1/key", (exchange) => serveOwnKey(deps, exchange)),
  ];
}

async function serveOwnKey(deps: OwnKeyDeps, exchange: Exchange): Promise<void> {
  try {
    const principal = identify(exchange, deps.snapshots.current(), deps.steadyTime);
    exchange.outlet.answer(200, json, JSON.stringify(await describe(deps, principal)));
  } catch (error) {
    answerError(deps.events, exchange, error, encodeForAnybody);
  }
}

async function describe({ counters, countedScopes, contents }: OwnKeyDeps, principal: Principal) {
  const { keyId, publicId, userId, permissions, expiresAt, scopes } = principal;
  const counted = countedScopes.of(scopes);
  const asked = counted.flatMap((one): Counted[] => [one, ...(one.earlier ?? [])]);
  const uses = await counters.inUse(asked);
  const use = new ScopeMap(asked.map((one, place) => [one, uses[place]]));
  return {
    object: "key",
    ...{ id: keyId, public_id: publicId, user_id: userId },
    permissions: { models: permissions.models },
    store_prompts: contents === null ? "nothing" : (principal.storePrompts ?? "nothing"),
    expires_at: timeOrNull(expiresAt),
    scopes: scopes.map((scope) => describeScope(scope, { counted, use, present: countedScopes.present(scope) })),
  };
}

type Use = ScopeMap<ScopeUse | undefined>;

interface Known {
  readonly counted: readonly CountedScope[];
  readonly use: Use;
  readonly present: readonly PresentBudget[];
}

function describeScope(scope: LimitedScope, { counted, use, present }: Known) {
  const { kind, id, limits } = scope;
  const windowed = (period?: string) => {
    const one = use.get({ kind, id, period });
    return one === undefined
      ? null
      : { requests: one.requests, tokens: one.tokens, cost_usd: formatUsd(one.costNanos) };
  };
  const own = counted.find((one) => one.kind === kind && one.id === id && one.period === undefined);
  return {
    ...{ kind, id, limits: toToldLimits(limits) },
    in_use: { minute: windowed(), hour: windowed("hour"), day: windowed("day"), running: use.get(scope)?.running ?? 0 },
    ...(own === undefined ? {} : moneyOf(own, use)),
    budgets: present.map(({ budget, startsAt, endsAt, counted: one }) => ({
      ...termsOf(budget),
      ...moneyOf(one, use),
      ...{ starts_at: timeOf(startsAt), ends_at: timeOrNull(endsAt) },
    })),
  };
}

function termsOf({ id, span, days, timeZone, downgradeTo }: Budget) {
  return { id, period: span, days: span === "rolling" ? days : null, time_zone: timeZone, downgrade_to: downgradeTo };
}

/** Null where those who count do not know it. */
function moneyOf(counted: CountedScope, use: Use) {
  const usedOf = (one: Counted): number => (use.get(one)?.spentNanos ?? 0) + (use.get(one)?.reservedNanos ?? 0);
  const { spentNanos = null, reservedNanos = 0 } = use.get(counted) ?? {};
  const allowance = allowanceOf(counted, usedOf);
  const told = spentNanos === null || allowance === null ? null : toldOf(counted, allowance, spentNanos);
  const left = told === null ? null : Math.max(0, told.limit - told.spentNanos - reservedNanos);
  return {
    budget_usd: usdOrNull(told?.limit ?? counted.budgetNanos),
    spent_usd: usdOrNull(told?.spentNanos ?? spentNanos),
    left_usd: usdOrNull(left),
    reserved_usd: formatUsd(reservedNanos),
  };
}

const timeOf = (at: number): string => new Date(at).toISOString();
const timeOrNull = (at: number | null): string | null => (at === null ? null : timeOf(at));
const usdOrNull = (nanos: number | null): string | null => (nanos === null ? null : formatUsd(nanos));
