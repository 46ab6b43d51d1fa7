// What a request asks for, and where it may be led on to when nobody there answers, each with its targets in order. Called by execute.ts.
// Invariant: whoever is led on is led to what he may use, nobody would have to agree to, no further guardrail holds for, and what his
// budgets have room for.

import { GhostError } from "@ghostllm/contract";
import type { AliasHedge } from "#domain/alias-policy.ts";
import type { Awaitable } from "#domain/clock.ts";
import type { Principal } from "#domain/principal.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Reserve } from "#gateway/flow/ask/admit-attempt.ts";
import { Course } from "#gateway/flow/ask/course.ts";
import type { Leg } from "#gateway/flow/ask/course.ts";
import { tooLong, unable } from "#gateway/flow/ask/failure.ts";
import type { Failure } from "#gateway/flow/ask/failure.ts";
import { needsCost } from "#link/counted-scopes.ts";
import { mostFor, reserve as lookFor } from "./admit.ts";
import type { Admitted } from "./call.ts";
import { isAgreedTo } from "./consent.ts";
import { isGuardedThere } from "./guard/guarding.ts";
import { explainPlan } from "./plan/explain.ts";
import { narrow } from "./plan/narrow.ts";
import { planTargets, tryFirst } from "./plan/plan.ts";
import type { Plan } from "./plan/plan.ts";
import { planInputOf } from "./plan/plan-input.ts";
import type { PlanDeps } from "./plan/plan-input.ts";
import { findModel, isWithinTeam } from "./resolve.ts";
import type { Candidates } from "./resolve.ts";

export type LegDeps = PlanDeps & Pick<GatewayDeps, "counters" | "countedScopes" | "timeouts">;

export interface Way {
  readonly course: Course;
  readonly unplanned: { readonly failure: Failure; readonly error: GhostError } | null;
  readonly reserve: Reserve;
}

/** Throws GhostError where neither a target of what is asked for can be asked nor anybody else. */
export function wayOf(deps: LegDeps, run: Admitted): Way {
  const { admission, candidates, request } = run;
  const { policy = null } = candidates;
  const reserve: Reserve = { nanos: admission.reservedNanos };
  const planned = plan(deps, run, candidates, admission.downgraded?.alias ?? null);
  const leadsOn = policy !== null && Object.keys(policy.fallbacks).length > 0 && mayLeadOn(run);
  if (planned instanceof GhostError && !leadsOn) throw planned;
  const leg = planned instanceof GhostError ? { targets: [], isProbe: false } : asFarAsWished(planned, run);
  const course = new Course({
    leg: { ...leg, ledTo: null, policy, scope: null, hedge: hedgeOf(run, candidates) },
    known: [candidates.requested, admission.downgraded?.alias ?? candidates.requested],
    find: (name) => (leadsOn ? findLeg(deps, run, { name, reserve }) : null),
    tryEarly: (target) =>
      !run.terms.onlyLooks &&
      deps.targetHealth.tryEarly(
        { target, operation: request.operation, caller: run.principal.userId },
        deps.clock.monotonic(),
      ),
    retryDelayMs: deps.timeouts.retryDelayMs,
    // A count is estimated sooner than it would be asked for twice.
    isOnce: request.operation === "count_tokens",
    random: deps.random,
  });
  return { course, unplanned: planned instanceof GhostError ? { ...unplannedBy(planned) } : null, reserve };
}

/** A request may say that it is for the first target alone. */
function asFarAsWished(planned: Plan, { routing }: Admitted): Plan {
  const { targets, resting: _resting, ...rest } = planned;
  return routing?.fallsBack === false ? { ...rest, targets: targets.slice(0, 1) } : planned;
}

/** What a vendor keeps is to be found at that vendor alone, and a count by another model counts something else. */
function mayLeadOn({ request: { kept, operation }, routing }: Admitted): boolean {
  return (kept?.references ?? []).length === 0 && operation !== "count_tokens" && routing?.fallsBack !== false;
}

/**
 * What a vendor keeps would be kept twice, and what it alone has seen has no estimate of what it came to when it is given up. A session begins
 * with one of them, and what may cost so much and no more may cost that once.
 */
function hedgeOf(
  { request: { kept, operation }, admission, routing }: Admitted,
  { hedge = null }: Candidates,
): AliasHedge | null {
  if (hedge === null || admission.readsUnseen) return null;
  if (routing && routing.mostNanos !== null) return null;
  if (operation === "count_tokens" || operation === "realtime") return null;
  return kept?.isBackground === true || (kept?.references ?? []).length > 0 ? null : hedge;
}

function unplannedBy(error: GhostError): NonNullable<Way["unplanned"]> {
  return { failure: error.code === "context_length_exceeded" ? tooLong : unable, error };
}

/** The error says why no target can be asked. `name`: where it is not the one that was asked for. */
function plan(deps: LegDeps, run: Admitted, candidates: Candidates, name: string | null) {
  const { trail, terms } = run;
  const input = planInputOf(deps, run, candidates);
  try {
    const planned = planTargets(input);
    trail.why.plan(explainPlan(input, planned, name));
    if (!terms.onlyLooks) tryFirst(planned, input);
    return planned;
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    trail.why.leaveOut(name ?? candidates.requested, error.code === "context_length_exceeded" ? "length" : "unable");
    return error;
  }
}

/** All that a name may be led on to, over however many others, each once. */
export function ledTo(
  { snapshot, principal }: Pick<Admitted, "snapshot" | "principal">,
  candidates: Candidates,
): readonly Candidates[] {
  const known = new Set([candidates.requested]);
  const found: Candidates[] = [];
  const open = [candidates];
  for (let one = open.shift(); one !== undefined; one = open.shift()) {
    for (const name of Object.values(one.policy?.fallbacks ?? {}).flat()) {
      if (known.has(name)) continue;
      known.add(name);
      const led = findModel(snapshot, name, principal);
      if (led.targets.length === 0 || !mayBeLed(candidates, led, principal)) continue;
      found.push(led);
      open.push(led);
    }
  }
  return found;
}

/** What operators write leads where its own targets could; what managers write does not lead beyond what the team may use. */
function mayBeLed(from: Candidates, to: Candidates, principal: Principal): boolean {
  return from.isOfTeam !== true || isWithinTeam(principal, to);
}

interface Sought {
  readonly name: string;
  readonly reserve: Reserve;
}

/** Null where it is not gone on with: a name that nobody has any more helps nobody. */
function findLeg(deps: LegDeps, run: Admitted, { name, reserve }: Sought): Awaitable<Leg | null> {
  const { why } = run.trail;
  const named = findModel(run.snapshot, name, run.principal);
  if (named.targets.length === 0) return why.leaveOut(name, "unknown");
  const found = narrow(deps, run, named);
  if (found.targets.length === 0) return why.leaveOut(name, "routing");
  if (!mayBeLed(run.candidates, found, run.principal)) return why.leaveOut(name, "team");
  if (!isAgreedTo(deps, run, found)) return why.leaveOut(name, "consent");
  if (!isGuardedThere(run, found)) return why.leaveOut(name, "guardrail");
  const planned = plan(deps, run, found, name);
  if (planned instanceof GhostError) return null;
  const { policy = null } = found;
  const leg = { ...planned, ledTo: name, policy, scope: ownScope(run, found), hedge: hedgeOf(run, found) };
  return holdFor(deps, run, { found, reserve }).then((isHeld) => (isHeld ? leg : why.leaveOut(name, "budget")));
}

/** The request itself is held by those that it was admitted by. */
function ownScope({ scopes, admission }: Admitted, { scope }: Candidates): Candidates["scope"] {
  if (scope === null || scopes.includes(scope) || admission.downgraded?.candidates.scope === scope) return null;
  return scope;
}

interface Dearer {
  readonly found: Candidates;
  readonly reserve: Reserve;
}

/** Its budgets have room for the dearest target that it may be led to. */
async function holdFor(
  { counters, countedScopes }: LegDeps,
  { terms, scopes }: Admitted,
  { found, reserve }: Dearer,
): Promise<boolean> {
  const counted = countedScopes.of(scopes);
  if (!counted.some(needsCost)) return true;
  const most = mostOr({ ...terms, candidates: found }, counted);
  if (most === null) return false;
  if (terms.onlyLooks) return (await lookFor(terms, counted, most)).admitted;
  const more = most - reserve.nanos;
  // What is granted of it is held, for a cheaper one that may follow.
  if (more > 0) reserve.nanos += await counters.extend({ id: terms.id, costNanos: more });
  return reserve.nanos >= most;
}

/** Null: what it may cost there cannot be known. */
function mostOr(...asked: Parameters<typeof mostFor>): number | null {
  try {
    return mostFor(...asked).costNanos;
  } catch (error) {
    if (error instanceof GhostError && error.code === "permission_denied") return null;
    throw error;
  }
}
