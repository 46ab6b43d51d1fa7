// Admits a request, or has it wait for its turn where its key, user, team, organisation or alias has as many running as may be: a chat's title is
// asked for beside its answer, and neither should be refused for the other. Called by run.ts.
// Invariant: while it waits it holds nothing of any limit, and whatever ends it takes it out of its queue.

import { GhostError } from "@ghostllm/contract";
import type { Awaitable } from "#domain/clock.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { WaitedForPlace } from "#telemetry/events.ts";
import { admit } from "./admit.ts";
import type { Admission, AdmissionInput } from "./admit.ts";
import type { Waiter } from "./ask/fair-queue.ts";
import { Lifeline } from "./ask/lifeline.ts";
import type { Call } from "./call.ts";
import { checkMayAdmit } from "./may-admit.ts";
import type { PlaceOf } from "./places.ts";
import { NoPlace } from "./refusal.ts";
import type { Trail } from "./trail.ts";

export type InTurnDeps = Pick<
  GatewayDeps,
  "places" | "limits" | "timeouts" | "runningCalls" | "clock" | "events" | "journal" | "lease"
>;

export interface Entering {
  readonly call: Call;
  readonly input: AdmissionInput;
  readonly trail: Trail;
  /** Of the whole request, whoever answers it. */
  readonly totalMs: number;
}

/** Others may leave whom this process does not know of. */
const pollMs = 50;

/** Limits, then budgets, over all scopes or none. Throws what the client is told where it is not admitted, or not in time. */
export function admitInTurn(deps: InTurnDeps, entering: Entering): Awaitable<Admission> {
  const { input } = entering;
  const { places, limits } = deps;
  const awaited = places.awaited(input.scopes);
  if (awaited !== null) return waitForPlace(deps, entering, { place: awaited, error: null });
  const orWait = (error: unknown): Promise<Admission> => {
    const refused = refusedBy(error);
    if (refused === null || limits.waitMs === 0) throw error;
    return waitForPlace(deps, entering, refused);
  };
  try {
    const admission = admit(input);
    return admission instanceof Promise ? admission.catch(orWait) : admission;
  } catch (error) {
    return orWait(error);
  }
}

/** What has no place for it. `error`: what it would be told; null: it has not tried, since others wait. */
interface Refused {
  readonly place: PlaceOf;
  readonly error: GhostError | null;
}

/** Null: it was not for what runs at the moment. */
function refusedBy(error: unknown): (Refused & { readonly error: GhostError }) | null {
  return error instanceof GhostError && error.cause instanceof NoPlace ? { place: error.cause.of, error } : null;
}

async function waitForPlace(deps: InTurnDeps, entering: Entering, refused: Refused): Promise<Admission> {
  const { trail, call } = entering;
  const startedAt = deps.clock.monotonic();
  const lifeline = new Lifeline(deps, call, entering.totalMs);
  const came: { outcome: WaitedForPlace["outcome"] } = { outcome: "gone" };
  const waiting: Waiting = { ...entering, lifeline, until: startedAt + deps.limits.waitMs, came };
  try {
    let next: Refused | Admission = refused;
    while ("place" in next) next = await waitAt(deps, waiting, next);
    came.outcome = "served";
    return next;
  } finally {
    lifeline.release();
    const ms = deps.clock.monotonic() - startedAt;
    trail.upstreamMs += ms;
    trail.why.waited(ms);
    deps.events.waitedForPlace({ scope: refused.place.kind, outcome: came.outcome, ms });
  }
}

interface Waiting extends Entering {
  readonly lifeline: Lifeline;
  /** By the monotonic clock. */
  readonly until: number;
  readonly came: { outcome: WaitedForPlace["outcome"] };
}

/** Until it is admitted, or something else has no place for it. */
async function waitAt(deps: InTurnDeps, waiting: Waiting, { place, error }: Refused): Promise<Admission | Refused> {
  const { places, limits, clock } = deps;
  const { lifeline, came, call } = waiting;
  const queue = places.make(place);
  const { keyId, userId } = call.principal;
  const waiter = queue.enter(`${keyId} ${userId}`, { most: limits.mostWaiting, now: clock.monotonic() });
  if (waiter === null) {
    came.outcome = "refused";
    throw error ?? tooMany(place);
  }
  const timer = setTimeout(() => waiter.giveUp("late"), Math.max(0, waiting.until - clock.monotonic()));
  let last = error;
  try {
    if (last === null) queue.tryNext();
    else queue.retryAfter(pollMs);
    for (;;) {
      const found = await tryInTurn(deps, waiting, waiter, last);
      if (!("place" in found)) queue.served(waiter);
      if (!("place" in found) || !isSame(found.place, place)) return found;
      last = found.error;
      queue.failed(waiter, pollMs);
    }
  } finally {
    clearTimeout(timer);
    lifeline.whenSevered(null);
    queue.leave(waiter);
    places.close(place);
  }
}

async function tryInTurn(
  deps: InTurnDeps,
  { lifeline, input, came }: Waiting,
  waiter: Waiter,
  last: GhostError | null,
): Promise<Admission | Refused> {
  lifeline.whenSevered(() => waiter.giveUp("gone"));
  const gaveUp = await waiter.turn();
  if (gaveUp !== null) {
    came.outcome = gaveUp;
    throw lifeline.failure ?? last ?? tooMany(input.scopes[0] ?? null);
  }
  checkMayAdmit(deps);
  try {
    return await admit(input);
  } catch (error) {
    const refused = refusedBy(error);
    if (refused === null) throw error;
    return refused;
  }
}

function isSame(one: PlaceOf, other: PlaceOf): boolean {
  return one.kind === other.kind && one.id === other.id;
}

function tooMany(place: PlaceOf | null): GhostError {
  const message = `Others of this ${place?.kind ?? "key"} wait for their turn already. Try again in a second.`;
  return new GhostError("rate_limit_exceeded", message, { retryAfterSeconds: 1 });
}
