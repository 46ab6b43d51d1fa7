// What would become of a request if it were made now, without a vendor and without a trace: nothing is reserved, asked for or written down. It
// goes the way of a request (execute.ts, run.ts, attempts.ts), as far as that only looks. Called by endpoints/estimate.ts.
// Invariant: it throws what the request itself would be told, but for limits, budgets and consent, which it tells of.

import { GhostError } from "@ghostllm/contract";
import type { GatewayDeps } from "#gateway/deps.ts";
import { admit } from "#gateway/flow/admit.ts";
import type { Admission, AdmissionInput, HeldTo } from "#gateway/flow/admit.ts";
import { admitAtProvider, sooner } from "#gateway/flow/ask/admit-attempt.ts";
import type { AdmitDeps } from "#gateway/flow/ask/admit-attempt.ts";
import type { Step } from "#gateway/flow/ask/course.ts";
import { noRoom } from "#gateway/flow/ask/failure.ts";
import type { Admitted, Call } from "#gateway/flow/call.ts";
import { whatHolds } from "#gateway/flow/consent.ts";
import { callFor, candidatesOf, placeOf } from "#gateway/flow/execute.ts";
import type { InferenceCall } from "#gateway/flow/execute.ts";
import { wayOf } from "#gateway/flow/legs.ts";
import type { LegDeps } from "#gateway/flow/legs.ts";
import { checkMayAdmit } from "#gateway/flow/may-admit.ts";
import { cachingOf } from "#gateway/flow/recall/caching.ts";
import type { CachingDeps } from "#gateway/flow/recall/caching.ts";
import { NoPlace } from "#gateway/flow/refusal.ts";
import { admissionInput } from "#gateway/flow/run.ts";
import { Trail } from "#gateway/flow/trail.ts";
import { tellEstimate } from "./told-estimate.ts";
import { guardEstimate } from "#gateway/flow/guard/guard-request.ts";
import { guardingOf } from "#gateway/flow/guard/guarding.ts";
import type { Looked, Queue, ToldEstimate } from "./told-estimate.ts";

export type EstimateDeps = LegDeps &
  AdmitDeps &
  CachingDeps &
  Pick<GatewayDeps, "heavyWork" | "owners" | "journal" | "lease" | "contents" | "waitingRoom" | "places" | "limits">;

export async function estimate(deps: EstimateDeps, asked: InferenceCall): Promise<ToldEstimate> {
  checkMayAdmit(deps);
  const call = callFor(asked, await candidatesOf(deps, asked));
  const terms: AdmissionInput = { ...admissionInput(deps, call), onlyLooks: true };
  const entry = orWaiting(deps, terms, await lookAtScopes(terms));
  const admission = entry.admission ?? withoutHold(entry.heldTo);
  const candidates = admission.downgraded?.candidates ?? call.candidates;
  const guarding = guardingOf(quiet, call, admission.downgraded);
  const looked = { ...call, candidates, admission, terms, guarding, trail: new Trail(call.exchange.arrivedAt) };
  // Who is refused before is looked at no further.
  const run = entry.refusal === null ? await guarded(deps, looked) : looked;
  const policies = whatHolds(deps, run, terms)?.holding.map(({ name }) => name) ?? [];
  const refusal = entry.refusal ?? consentNeeded(policies);
  const { cache, route } = await lookFurther(deps, run, refusal);
  const { place = null } = entry;
  return tellEstimate(deps, run, { refusal: refusal ?? route?.refusal ?? null, policies, cache, route, place });
}

/** As it would be asked. Throws GhostError `content_blocked`. */
async function guarded(deps: EstimateDeps, run: Admitted): Promise<Admitted> {
  return { ...run, request: await guardEstimate(deps, run) };
}

/** Nothing happens. */
const quiet = { events: { guardrailActed: () => {} }, liveEvents: { contentBlocked: () => {} } };

type Further = Pick<Looked, "cache" | "route">;

/** Who is refused before is not told what he would meet behind that. */
async function lookFurther(deps: EstimateDeps, run: Admitted, refusal: GhostError | null): Promise<Further> {
  try {
    const cache = await lookIntoCache(deps, run);
    return { cache, route: cache?.outcome === "hit" ? null : await findFirst(deps, run) };
  } catch (error) {
    if (refusal === null || !(error instanceof GhostError)) throw error;
    return { cache: null, route: null };
  }
}

interface Entry {
  /** Null: it is not admitted, or not at once. */
  readonly admission: Admission | null;
  readonly refusal: GhostError | null;
  readonly heldTo: HeldTo;
  /** Where it would wait until others have ended; absent or null: nowhere. */
  readonly place?: Looked["place"];
}

/** Who is one too many at a time waits for his turn, as admit-in-turn.ts has him. */
function orWaiting({ places, limits }: EstimateDeps, { scopes }: AdmissionInput, entry: Entry): Entry {
  const cause = entry.refusal?.cause;
  const full = cause instanceof NoPlace ? cause.of : entry.refusal === null ? places.awaited(scopes) : null;
  if (full === null || limits.waitMs === 0) return entry;
  const waiting = places.waitingAt(full);
  if (waiting >= limits.mostWaiting) return entry;
  return { ...entry, refusal: null, place: { scope: full.kind, waiting, most_wait_ms: limits.waitMs } };
}

async function lookAtScopes(terms: AdmissionInput): Promise<Entry> {
  let heldTo: HeldTo | null = null;
  try {
    const admission = await admit({ ...terms, onRefusal: (_report, held) => (heldTo = held) });
    return { admission, refusal: null, heldTo: admission };
  } catch (error) {
    if (!(error instanceof GhostError) || heldTo === null) throw error;
    return { admission: null, refusal: error, heldTo };
  }
}

/** As if it were admitted, to see where it would go. */
function withoutHold({ consulted, counted }: HeldTo): Admission {
  const report = { requests: null, tokens: null };
  const nothing = { reservedNanos: 0, readsUnseen: false, budgetPeriods: null, downgraded: null };
  return { report, ...nothing, consulted, counted };
}

/** What was agreed to before passes once: nobody knows here. */
function consentNeeded(policies: readonly string[]): GhostError | null {
  if (policies.length === 0) return null;
  const names = policies.map((name) => `'${name}'`).join(", ");
  return new GhostError("consent_required", `It is held until somebody has approved it, by ${names}.`);
}

async function lookIntoCache(deps: EstimateDeps, run: Call): Promise<Looked["cache"]> {
  const caching = cachingOf(deps, run, run.candidates);
  if (caching === null) return null;
  if (caching.fault !== null) throw caching.fault;
  const name = caching.readsFrom;
  if (name === null) return { outcome: caching.outcome, told: caching.told };
  if (deps.flights.find(name) !== null) caching.joined();
  const found = await deps.cache.find(name);
  const isHit = found !== null && caching.isFresh(found);
  return { outcome: isHit ? "hit" : "miss", told: caching.told };
}

/** The target that would be asked first, past those whose providers have no room. Throws where none can be asked. */
async function findFirst(deps: EstimateDeps, run: Admitted): Promise<NonNullable<Looked["route"]>> {
  const { course, unplanned } = wayOf(deps, run);
  const { trail, terms, exchange } = run;
  let refusal: GhostError | null = unplanned?.error ?? null;
  let waitMs = Infinity;
  let next = course.first() ?? course.passedOver(unplanned?.failure ?? noRoom);
  for (let step: Step | null = await next; step !== null; step = await next) {
    const passedOver = await admitAtProvider(
      deps,
      { trail, terms, lifeline: { exchange } },
      step.target,
      step.leg.scope,
    );
    if (passedOver === null)
      return {
        step,
        passedOver: trail.passedOver,
        planned: trail.why.planned,
        refusal: null,
        queue: queueOf(deps, run),
      };
    refusal = sooner(refusal, passedOver.error);
    waitMs = Math.min(waitMs, passedOver.waitMs);
    next = course.passedOver(noRoom);
  }
  if (refusal === null || refusal === unplanned?.error)
    throw refusal ?? new GhostError("internal_error", "a plan has targets");
  const queue = unplanned === null ? queueOf(deps, run, waitMs) : null;
  const told = queue?.would_wait === true ? null : refusal;
  return { step: null, passedOver: trail.passedOver, planned: trail.why.planned, refusal: told, queue };
}

/** `waitMs`: until a target may have room, where none has; null: its alias has no queue. */
function queueOf({ waitingRoom }: EstimateDeps, run: Call, waitMs: number | null = null): Queue | null {
  const place = placeOf(run);
  if (place === null) return null;
  const { maxWaitMs, maxWaiting } = place.policy;
  const waiting = waitingRoom.find(place.policy)?.size ?? 0;
  const isLetIn = waitMs === null ? waiting > 0 : waitMs <= maxWaitMs && waiting < maxWaiting;
  return { would_wait: isLetIn, waiting, most_wait_ms: maxWaitMs };
}
