// A request whose targets are all full waits for one of them, where its alias says so, and is tried again in its turn. Called by attempts.ts.
// Invariant: while it waits it holds nothing of any target, and whatever ends it takes it out of the queue.

import { GhostError } from "@ghostllm/contract";
import type { AliasQueue } from "#domain/alias-policy.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Trail } from "#gateway/flow/trail.ts";
import type { Waited } from "#telemetry/events.ts";
import type { FairQueue, GaveUp, Waiter } from "./fair-queue.ts";
import type { Lifeline } from "./lifeline.ts";

export interface QueuePlace {
  readonly policy: AliasQueue;
  /** Whose requests take turns with those of others: a team's, or a user's who is in none. */
  readonly line: string;
}

/** No target was asked. */
export interface Full {
  readonly error: GhostError;
  /** Until one may have room by its limits; 0: as soon as somebody leaves it, Infinity: never. */
  readonly waitMs: number;
}

export type WaitDeps = Pick<GatewayDeps, "clock" | "events" | "waitingRoom">;

interface Waiting<Outcome> {
  readonly place: QueuePlace;
  readonly lifeline: Lifeline;
  readonly trail: Trail;
  /** `letIn` is to be called as soon as a target has admitted it. */
  readonly attempt: (letIn: () => void) => Promise<Outcome | Full>;
}

/** Others may leave a target that this process does not know of. */
const pollMs = { leaving: 50, window: 250 } as const;

/** Others wait already: it would take a place that is theirs. */
export function mustWait({ waitingRoom }: WaitDeps, { policy }: QueuePlace): boolean {
  return (waitingRoom.find(policy)?.size ?? 0) > 0;
}

/** `full`: what it has met; null: it has not tried, since others wait. Throws what the client is told where it was not let in. */
export async function waitForRoom<Outcome extends object>(
  deps: WaitDeps,
  waiting: Waiting<Outcome>,
  full: Full | null,
): Promise<Outcome> {
  const { policy, line } = waiting.place;
  const { alias } = policy;
  if (full !== null && full.waitMs > policy.maxWaitMs) throw full.error;
  const queue = deps.waitingRoom.make(policy);
  const waiter = queue.enter(line, { most: policy.maxWaiting, now: deps.clock.monotonic() });
  if (waiter === null) {
    deps.events.waited({ alias, outcome: "refused", ms: 0 });
    throw full?.error ?? tooMany(policy);
  }
  const startedAt = deps.clock.monotonic();
  const came: { outcome: Waited["outcome"] } = { outcome: "gone" };
  const timer = setTimeout(() => waiter.giveUp("late"), policy.maxWaitMs);
  try {
    const answer = await inTurn(waiting, {
      queue,
      waiter,
      full,
      served: () => (came.outcome = note(deps, waiting, startedAt)),
    });
    if ("answer" in answer) return answer.answer;
    came.outcome = answer.gaveUp;
    throw waiting.lifeline.failure ?? answer.error ?? tooMany(policy);
  } finally {
    clearTimeout(timer);
    waiting.lifeline.whenSevered(null);
    queue.leave(waiter);
    deps.waitingRoom.close(policy);
    const { outcome } = came;
    if (outcome !== "served") deps.events.waited({ alias, outcome, ms: deps.clock.monotonic() - startedAt });
  }
}

/** It is the vendors that had no room for it. */
function note({ clock, events }: WaitDeps, { trail, place }: Pick<Waiting<object>, "trail" | "place">, since: number) {
  const ms = clock.monotonic() - since;
  trail.upstreamMs += ms;
  trail.why.waited(ms);
  events.waited({ alias: place.policy.alias, outcome: "served", ms });
  return "served" as const;
}

interface Turn {
  readonly queue: FairQueue;
  readonly waiter: Waiter;
  readonly full: Full | null;
  readonly served: () => void;
}

type Ended<Outcome> =
  { readonly answer: Outcome } | { readonly gaveUp: GaveUp; readonly error: GhostError | undefined };

async function inTurn<Outcome extends object>(
  { lifeline, trail, attempt }: Waiting<Outcome>,
  { queue, waiter, full, served }: Turn,
): Promise<Ended<Outcome>> {
  let last = full;
  if (last === null) queue.tryNext();
  else queue.retryAfter(pollOf(last));
  for (;;) {
    lifeline.whenSevered(() => waiter.giveUp("gone"));
    const gaveUp = await waiter.turn();
    if (gaveUp !== null) return { gaveUp, error: last?.error };
    trail.startOver();
    const found = await attempt(() => {
      queue.served(waiter);
      served();
    });
    if (!isFull(found)) return { answer: found };
    last = found;
    queue.failed(waiter, pollOf(found));
  }
}

function pollOf({ waitMs }: Full): number {
  return waitMs === 0 ? pollMs.leaving : pollMs.window;
}

export function isFull(outcome: object): outcome is Full {
  return "waitMs" in outcome;
}

function tooMany({ alias }: AliasQueue): GhostError {
  const message = `All targets of '${alias}' are full, and others wait for them. Try again in a second.`;
  return new GhostError("rate_limit_exceeded", message, { retryAfterSeconds: 1 });
}
