// What a caller is told of a request that is not made: its route, its price, what is left of what it is held to, and what else would matter.
// Called by estimate.ts. Invariant: of targets that were left out, and of what everybody shares, nothing is named.

import { formatUsd, GhostError } from "@ghostllm/contract";
import type { CacheFacts, CacheOutcome, ConsideredTarget, PlannedName } from "@ghostllm/contract";
import { costOf, priceAt, tokensOf } from "@ghostllm/llm";
import { readConsulted, tellLimit, writeConsulted } from "#domain/consulted-limits.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { noUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { Step } from "#gateway/flow/ask/course.ts";
import type { Admitted } from "#gateway/flow/call.ts";
import { mostItMayCost } from "#gateway/flow/reserve.ts";

export interface Looked {
  /** Why it would not be admitted; null: it would. */
  readonly refusal: GhostError | null;
  /** Names of policies that would have somebody asked. */
  readonly policies: readonly string[];
  /** Null where its alias keeps no answers. */
  readonly cache: { readonly outcome: CacheOutcome; readonly told: CacheFacts } | null;
  /** Null where it would be answered by what is kept, or refused before. */
  readonly route: Route | null;
  /** Until others of whom it would wait; null: it would not. */
  readonly place: { readonly scope: ScopeKind; readonly waiting: number; readonly most_wait_ms: number } | null;
}

interface Route {
  /** Null: no provider has room. */
  readonly step: Step | null;
  readonly passedOver: readonly string[];
  readonly planned: PlannedName | null;
  readonly refusal: GhostError | null;
  readonly queue: Queue | null;
}

/** Where its alias has requests wait for a target with room. */
export interface Queue {
  readonly would_wait: boolean;
  readonly waiting: number;
  readonly most_wait_ms: number;
}

export type ToldEstimate = ReturnType<typeof tellEstimate>;
type TellDeps = Pick<GatewayDeps, "clock" | "contents">;

export function tellEstimate(deps: TellDeps, run: Admitted, { refusal, policies, cache, route, place }: Looked) {
  const { request, dialect, candidates, admission, principal, protection } = run;
  const { operation, stream, promptTokensEstimate, maxOutputTokens } = request;
  const target = route?.step?.target ?? null;
  return {
    object: "estimate",
    would_be_admitted: refusal === null,
    refusal: refusal === null ? null : tellRefusal(refusal),
    ...{ model: candidates.requested, dialect: dialect.name, operation, stream },
    downgraded_to: admission.downgraded?.alias ?? null,
    route: route === null ? null : tellRoute(route, candidates.strategy),
    queue: route?.queue ?? null,
    place,
    tokens: {
      prompt: promptTokensEstimate,
      is_estimate: true,
      most_output: maxOutputTokens,
      assumed_output: maxOutputTokens === null ? run.terms.assumedOutputTokens : null,
    },
    price: tellPrice(deps, run, target, cache?.outcome === "hit"),
    limits: tellLimits(run),
    cache: cache === null ? null : tellCache(cache),
    consent: { policies },
    privacy: {
      found: protection?.found ?? [],
      store_prompts: deps.contents === null ? "nothing" : (principal.storePrompts ?? "nothing"),
    },
  };
}

function tellRefusal({ code, status, message, retryAfterSeconds }: GhostError) {
  return { code, http_status: status, message, retry_after_seconds: retryAfterSeconds ?? null };
}

function tellCache({ outcome, told: [scope, digest, reason] }: NonNullable<Looked["cache"]>) {
  return { outcome, scope, digest, reason: reason ?? null };
}

/** Of the name that it would be led on to, where nobody of the one that was asked for can be asked. */
function tellRoute({ step, passedOver, planned }: Route, strategy: string) {
  const targets =
    planned?.targets ??
    (step === null ? [] : step.leg.targets.map(({ provider, model }) => [provider.name, model] as const));
  const asked = planned?.asked ?? targets.length;
  return {
    first: step === null ? null : { provider: step.target.provider.name, model: step.target.model },
    led_to: step?.leg.ledTo ?? null,
    strategy: planned?.by ?? strategy,
    passed_over: [...passedOver],
    targets: targets.map((target, index) => tellTarget(target, index < asked ? index + 1 : null)),
  };
}

function tellTarget([provider, model, , state = "ready", figure]: ConsideredTarget, place: number | null) {
  const named = place === null ? { provider: null, model: null } : { provider, model };
  const isLong = state === "tight" || state === "length";
  const rest = {
    rest_ms: state === "resting" ? (figure ?? null) : null,
    context_length: isLong ? (figure ?? null) : null,
  };
  return { place, ...named, state, ...rest };
}

/** From the prompt alone, by estimate, to the most that it may come to, as a budget would hold it. */
function tellPrice({ clock }: TellDeps, run: Admitted, target: Target | null, isHit: boolean) {
  const { reservedNanos } = run.admission;
  const held = { held_usd: reservedNanos > 0 ? formatUsd(reservedNanos) : null };
  if (isHit) return { prompt_usd: "0", most_usd: "0", price_version: null, ...held };
  const price = target?.prices ? priceAt(target.prices, clock.now()) : null;
  if (price === null) return { prompt_usd: null, most_usd: null, price_version: null, ...held };
  const promptNanos = costOf({ ...noUsage, promptTokens: run.request.promptTokensEstimate }, price);
  const most = mostAt(run, target);
  return {
    prompt_usd: promptNanos === null ? null : formatUsd(promptNanos),
    most_usd: most === null ? null : formatUsd(most),
    price_version: price.version,
    ...held,
  };
}

/** Null where it cannot be bounded. */
function mostAt({ terms, candidates, request }: Admitted, target: Target | null): number | null {
  const tokens = tokensOf(request.operation);
  if (target === null || tokens === "untold") return null;
  if (tokens === "none") return 0;
  try {
    return mostItMayCost({ ...terms, candidates: { ...candidates, targets: [{ target, weight: 1 }] } }).costNanos;
  } catch (error) {
    if (error instanceof GhostError) return null;
    throw error;
  }
}

const own: readonly string[] = ["key", "user", "team", "organisation"];

function tellLimits({ admission: { consulted, counted }, principal }: Admitted) {
  const ids = new Map(principal.scopes.map(({ kind, id }): [string, string] => [kind, id]));
  const all = readConsulted(writeConsulted(consulted, counted));
  // Of whom a key acts for, the limits are not its business.
  const told = principal.namedBy === undefined ? own : ["key"];
  return all
    .filter(({ scope }) => told.includes(scope))
    .map((one) => ({ scope: one.scope, id: ids.get(one.scope) ?? null, ...tellLimit(one) }));
}
