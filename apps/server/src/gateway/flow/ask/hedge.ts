// Asks a second target beside one that is slow to begin, where their alias says so: whoever answers first is the client's, and the other one is
// told to stop. Called by attempts.ts. Invariant: the second one can only help. Whatever it fails with changes nothing as long as the first one
// goes on; and of the two one alone goes on in the end, with the other one aborted, accounted and settled.

import type { AliasHedge } from "#domain/alias-policy.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { Hedged } from "#telemetry/events.ts";
import { cameTo } from "./admit-attempt.ts";
import { admitSecond } from "./admit-second.ts";
import type { SecondDeps, SecondInput } from "./admit-second.ts";
import { Contender } from "./contender.ts";
import type { ContenderInput } from "./contender.ts";
import type { Step } from "./course.ts";
import { whyLeft } from "./judge.ts";
import type { Outcome } from "./judge.ts";
import { nothing } from "./provider-holds.ts";
import { notAsked } from "./try-target.ts";
import type { TryDeps } from "./try-target.ts";
import { usageOfOutpaced } from "./unanswered.ts";

export type HedgeDeps = TryDeps & SecondDeps & Pick<GatewayDeps, "hedgeShares" | "runningCalls" | "waitingRoom">;

export interface HedgedInput extends ContenderInput, SecondInput {
  readonly lifeline: ContenderInput["lifeline"];
}

export async function attemptHedged(
  deps: HedgeDeps,
  input: HedgedInput,
  step: Step,
  hedge: AliasHedge,
): Promise<Outcome> {
  const { lifeline, trail } = input;
  const startedAt = deps.clock.monotonic();
  lifeline.abandon();
  lifeline.turnTo(step.target);
  deps.hedgeShares.count(hedge);
  const first = new Contender(deps, input, step, trail.begin(step.target, startedAt));
  lifeline.hold(first.strand);
  try {
    const second = (await first.isSlow(hedge.afterMs)) ? await askSecond(deps, input, first, hedge) : null;
    if (second !== null) return await goOnWithOne(deps, input, { first, second, hedge });
    await first.over;
    first.goOn(lifeline);
    return first.end();
  } finally {
    const now = deps.clock.monotonic();
    if (trail.last !== null) trail.last.answeredAt = now;
    trail.upstreamMs += now - startedAt;
  }
}

/** Null: nobody is asked. */
async function askSecond(
  deps: HedgeDeps,
  input: HedgedInput,
  first: Contender,
  hedge: AliasHedge,
): Promise<Contender | null> {
  const { lifeline, trail, course } = input;
  const afterMs = deps.clock.monotonic() - first.tried.startedAt;
  const found = await admitSecond(deps, input, hedge);
  if (typeof found === "string") {
    deps.events.hedged({ alias: hedge.alias, outcome: found });
    trail.why.hedged(afterMs, found);
    return null;
  }
  const target = first.isOver ? null : found;
  if (target === null || lifeline.severedBy !== null) {
    deps.hedgeShares.giveBack(hedge);
    await trail.providers?.closeBeside(nothing);
    return null;
  }
  const tried = trail.beginBeside(target, deps.clock.monotonic());
  const second = new Contender(deps, input, course.askBeside(target), tried);
  lifeline.hold(bothOf(first, second));
  deps.runningCalls.add(second.strand);
  return second;
}

interface Two {
  readonly first: Contender;
  readonly second: Contender;
}

function bothOf(first: Contender, second: Contender) {
  return {
    abort() {
      first.strand.abort();
      second.strand.abort();
    },
  };
}

async function goOnWithOne(
  deps: HedgeDeps,
  input: HedgedInput,
  { first, second, hedge }: Two & { readonly hedge: AliasHedge },
): Promise<Outcome> {
  const { lifeline, trail, course } = input;
  try {
    const final = await whoEnds(deps, input, { first, second });
    const other = final === first ? second : first;
    tell(deps, input, { first, second, hedge });
    other.strand.cut();
    leave(deps, input, other);
    trail.goOnWith(final.tried);
    final.goOn(lifeline);
    if (final === second) {
      course.turnTo(second.step);
      trail.providers?.swap();
    }
    await giveBack(deps, input, other, "beside");
    if (final === second) lifeline.turnTo(second.step.target);
    return final.end();
  } finally {
    deps.runningCalls.delete(second.strand);
  }
}

/** Of two that go on. The first one decides by whatever the client would be told of it without the second, the second one by an answer. */
async function whoEnds(deps: HedgeDeps, input: HedgedInput, { first, second }: Two): Promise<Contender> {
  await Promise.race([first.over, second.over]);
  if (first.isAccepted) return first;
  if (second.hasAnswered) return second;
  // The client has left, or its time is over.
  if (input.lifeline.severedBy !== null && !first.tried.isLeft) return first;
  const failed = first.isOver ? first : second;
  await giveBack(deps, input, failed, failed === first ? "open" : "beside");
  await (failed === first ? second : first).over;
  if (second.hasAnswered) return second;
  return failed === second || first.fault !== null ? first : second;
}

/** What its provider holds for it. */
async function giveBack(
  { clock, waitingRoom }: HedgeDeps,
  { trail }: HedgedInput,
  { tried }: Contender,
  where: "open" | "beside",
): Promise<void> {
  const { providers } = trail;
  if (providers === null) return;
  const came = cameTo(trail, tried, clock.now());
  await (where === "open" ? providers.close(came) : providers.closeBeside(came));
  waitingRoom.tryNext();
}

/** It was not the client's answer: what its vendor has begun is charged, as of a client that leaves. */
function leave(deps: HedgeDeps, input: HedgedInput, { tried, outcome, fault, hasAnswered }: Contender): void {
  const { trail, request, lifeline } = input;
  if (tried.isLeft) return;
  const now = deps.clock.monotonic();
  const elapsedMs = lifeline.exchange.elapsedMs();
  notAsked(deps, input, tried.target);
  if (outcome !== null && !hasAnswered && !isAborted(outcome))
    return trail.leave(tried, whyLeft(outcome), now, elapsedMs);
  const { assumedOutputTokens } = deps.limits;
  const told = hasAnswered && outcome !== null && "usage" in outcome ? outcome.usage : null;
  const begun = tried.begun({ request, assumedOutputTokens, now });
  const usage = told === null ? usageOfOutpaced(begun) : { ...told, estimated: false };
  if (usage !== null && fault === null) trail.charge(tried, usage);
  trail.leave(tried, { status: null, reason: fault === null ? "outpaced" : "unusable", restMs: 0 }, now, elapsedMs);
}

function isAborted(outcome: Outcome): boolean {
  return outcome instanceof UpstreamFailure && outcome.kind === "aborted";
}

function tell({ events }: HedgeDeps, input: HedgedInput, { first, second, hedge }: Two & { hedge: AliasHedge }) {
  const outcome = outcomeOf(input, { first, second });
  events.hedged({ alias: hedge.alias, outcome });
  input.trail.why.hedged(second.tried.startedAt - first.tried.startedAt, outcome);
}

function outcomeOf({ lifeline }: HedgedInput, { first, second }: Two): Hedged["outcome"] {
  if (first.isAccepted) return "lost";
  if (second.hasAnswered) return "won";
  return lifeline.severedBy === null ? "failed" : "gone";
}
