import { GhostError } from "@ghostllm/contract";
import type { Awaitable } from "#domain/clock.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { VendorAnswer } from "#gateway/flow/answer/answer.ts";
import { admitAtProvider, canAffordAnother, giveUpRoom, sooner } from "./admit-attempt.ts";
import type { AdmitDeps, AdmittedInput } from "./admit-attempt.ts";
import type { Step } from "./course.ts";
import { failureOf, noRoom } from "./failure.ts";
import type { Failure } from "./failure.ts";
import { attemptHedged } from "./hedge.ts";
import type { HedgeDeps, HedgedInput } from "./hedge.ts";
import { isVendorAtFault } from "./judge.ts";
import type { Outcome } from "./judge.ts";
import { tellFailure } from "./learn.ts";
import type { Lifeline } from "./lifeline.ts";
import { patienceOf } from "./patience.ts";
import { settleOn } from "./settle-on.ts";
import { beginTry, notAsked, tryTarget } from "./try-target.ts";
import type { TryDeps } from "./try-target.ts";
import { isFull, mustWait, waitForRoom } from "./wait-for-room.ts";
import type { Full, QueuePlace } from "./wait-for-room.ts";

/** What it takes to ask one vendor after the other, and to learn from it. */
export type AskDeps = TryDeps & HedgeDeps & Pick<GatewayDeps, "counters" | "waitingRoom" | "random" | "timeouts">;

export interface AttemptsInput extends HedgedInput {
  /** Why no target of the name that was asked for can be asked; null: some can. */
  readonly unplanned: { readonly failure: Failure; readonly error: GhostError } | null;
  /** Where it waits while no target has room; null: it does not. */
  readonly place: QueuePlace | null;
  /** No estimate can be made of what a lost attempt cost. */
  readonly readsUnseen: boolean;
}

/**
 * Asks one target after the other, in the order of the course, until one gives an answer for the client. When all fail,
 * the client gets the last one's own error, if it sent one; otherwise throws GhostError `provider_error` or
 * `timeout_error`. Where none has room it waits for one, if its alias says so.
 */
export async function attemptTargets(deps: AskDeps, input: AttemptsInput): Promise<VendorAnswer> {
  const { course, place, lifeline, trail, unplanned } = input;
  if (place === null) return settle(await follow(deps, input, first(input)), input);
  const found = mustWait(deps, place) ? null : await follow(deps, input, first(input));
  if (found !== null && (!isFull(found) || unplanned !== null)) return settle(found, input);
  const again = (letIn: () => void) => follow(deps, input, course.again(), letIn);
  return settleOn(await waitForRoom(deps, { place, lifeline, trail, attempt: again }, found), input);
}

function first({ course, unplanned }: AttemptsInput): Awaitable<Step | null> {
  return course.first() ?? course.passedOver(unplanned?.failure ?? noRoom);
}

function settle(found: Outcome | Full, input: AttemptsInput): VendorAnswer {
  if (isFull(found)) throw found.error;
  return settleOn(found, input);
}

/** `letIn` is told as soon as a target has room. */
async function follow(
  deps: AskDeps,
  input: AttemptsInput,
  from: Awaitable<Step | null>,
  letIn?: () => void,
): Promise<Outcome | Full> {
  const { course, lifeline, trail, unplanned } = input;
  let last: Outcome | null = null;
  let refusal: GhostError | null = unplanned?.error ?? null;
  let waitMs = Infinity;
  let afforded = 0;
  let next = from;
  for (let step = next instanceof Promise ? await next : next; step !== null;) {
    if (step.pauseMs > 0) await pauseBefore(deps, input, step);
    if (last !== null) {
      if (lifeline.severedBy !== null) break;
      if (trail.attempts > afforded && !(await canAffordAnother(deps, input, afforded))) break;
      afforded = trail.attempts;
    }
    const passing = admitAtProvider(deps, input, step.target, step.leg.scope);
    const passedOver = passing instanceof Promise ? await passing : passing;
    if (passedOver === null) {
      if (last === null) letIn?.();
      const hedge = course.isDoubled ? null : (step.leg.hedge ?? null);
      last = await (hedge === null ? attempt(deps, input, step) : attemptHedged(deps, input, step, hedge));
      const failure = failureOf(last);
      if (failure === null || lifeline.severedBy !== null) break;
      next = course.after(failure);
    } else {
      notAsked(deps, input, step.target);
      refusal = sooner(refusal, passedOver.error);
      waitMs = Math.min(waitMs, passedOver.waitMs);
      next = course.passedOver(noRoom);
    }
    step = next instanceof Promise ? await next : next;
  }
  return last ?? { error: refusal ?? new GhostError("internal_error", "a plan has targets"), waitMs };
}

async function pauseBefore(deps: AskDeps, input: AttemptsInput, { pauseMs }: Step): Promise<void> {
  await giveUpRoom(deps, input);
  await input.lifeline.pause(pauseMs);
}

interface OnlyTry extends AdmittedInput {
  readonly lifeline: Lifeline;
  readonly requestId: string;
  readonly target: Target;
  readonly call: () => Promise<VendorAnswer>;
}

/** One try, where only one provider can answer. It shows nothing about the health of the provider's models. */
export async function attemptOnce(deps: AdmitDeps, input: OnlyTry): Promise<VendorAnswer> {
  const { target, requestId, lifeline, trail } = input;
  const passing = admitAtProvider(deps, input, target);
  const passedOver = passing instanceof Promise ? await passing : passing;
  if (passedOver !== null) throw passedOver.error;
  lifeline.turnTo(target);
  const startedAt = deps.clock.monotonic();
  const tried = trail.begin(target, startedAt);
  let outcome: Outcome;
  try {
    outcome = await input.call();
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    outcome = error;
  } finally {
    tried.answeredAt = deps.clock.monotonic();
    trail.upstreamMs += tried.answeredAt - startedAt;
  }
  if (lifeline.severedBy === null && isVendorAtFault(outcome)) tellFailure(deps.events, requestId, target, outcome);
  return settleOn(outcome, input);
}

export async function attempt(deps: AskDeps, input: AttemptsInput, step: Step): Promise<Outcome> {
  const { lifeline, trail } = input;
  const { target, leg } = step;
  const startedAt = deps.clock.monotonic();
  // What the last attempt left open, such as a stream that began with an error, is of no use to anybody now.
  lifeline.abandon();
  lifeline.turnTo(target);
  const tried = trail.begin(target, startedAt);
  beginTry(deps, input, step, tried);
  try {
    return await tryTarget(deps, input, step, { tried, patience: patienceOf(leg.policy?.timeouts, input.times) });
  } finally {
    tried.answeredAt = deps.clock.monotonic();
    trail.upstreamMs += tried.answeredAt - startedAt;
  }
}
