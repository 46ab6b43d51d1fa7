// How a run ends: what is written down of it, with an answer and without one. Called by run.ts and deliver.ts.

import { GhostError } from "@ghostllm/contract";
import type { LimitedScope } from "#domain/principal.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { isForWantOfRoom } from "#gateway/http/held-bytes.ts";
import { noUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { Lifeline } from "#gateway/flow/ask/lifeline.ts";
import { nothing } from "#gateway/flow/ask/provider-holds.ts";
import { usageOfBegun } from "#gateway/flow/ask/unanswered.ts";
import { unseenUsage } from "#gateway/flow/stored/background.ts";
import type { Run } from "./call.ts";
import type { OpenSession } from "./session/session-turn.ts";
import { factsOf, finish } from "./finish.ts";
import type { Ending, FinishDeps } from "./finish.ts";

export type FinishRunDeps = FinishDeps & Pick<GatewayDeps, "places">;
type EndingDeps = FinishRunDeps & Pick<GatewayDeps, "limits">;

/** nginx's status for a client that left; it is recorded, never sent. */
const clientClosedRequest = 499;

/** Where no vendor was asked, nothing was used, so only the reservation is given back. Otherwise the failure is recorded. */
export async function finishWithoutAnswer(deps: EndingDeps, run: Run, error: unknown): Promise<void> {
  const { exchange, trail, lifeline } = run;
  if (trail.target === null) {
    await deps.counters.settle({ id: exchange.id, tokens: 0, costNanos: trail.besideNanos });
    await trail.providers?.close(nothing);
    return;
  }
  const isClientGone = lifeline.severedBy === "client";
  const ending: Ending = {
    status: statusOf(lifeline, error),
    httpStatus: isClientGone ? clientClosedRequest : error instanceof GhostError ? error.status : 500,
    errorCode: isClientGone ? null : error instanceof GhostError ? error.code : "internal_error",
    usage: trail.takeLast() ?? (mayHaveUsed(lifeline, error) ? usageOfUnanswered(deps, run) : noUsage),
    ttftMs: null,
    overheadMs: exchange.elapsedMs() - trail.upstreamMs,
  };
  await finishRun(deps, run, ending, false);
}

/** It was ended from here, or the vendor has answered, but there was no room for it. */
function mayHaveUsed({ severedBy }: Lifeline, error: unknown): boolean {
  if (severedBy !== null) return true;
  return error instanceof GhostError && (error.code === "timeout_error" || isForWantOfRoom(error));
}

/** What a vendor has begun in the background goes on without us, under an id that nobody was told. */
function usageOfUnanswered({ limits, clock }: EndingDeps, { request, trail }: Run): MeasuredUsage {
  const { assumedOutputTokens } = limits;
  if (request.kept?.isBackground && trail.isSent) return unseenUsage(limits, request);
  return usageOfBegun(trail.begun({ request, assumedOutputTokens, now: clock.monotonic() }));
}

/** Answers the cost in nano-USD, null where it is unknown. There is never a second record of a run. */
export async function finishRun(
  deps: FinishRunDeps,
  run: Run,
  ending: Ending,
  hasAnswer = true,
): Promise<number | null> {
  const { trail, scopes, outlet, snapshot, content, session } = run;
  trail.isFinished = true;
  const isKept = hasAnswer && run.guarding?.hidesAnswer !== true;
  if (session) await keepTurn(session, run, ending, isKept);
  content?.end(isKept);
  const { target } = trail;
  return finish(deps, {
    ...{
      facts: factsOf(run, deps.clock.now()),
      snapshot,
      target,
      provider: target?.provider ?? null,
      ending: asSeen(run, ending),
      providers: trail.providers?.costs,
      trace: run.exchange.trace,
      besideNanos: trail.besideNanos,
    },
    // It runs until its bytes have left, for those to whom that makes a difference.
    whenLeft: scopes.some(limitsRunning)
      ? (callback) => outlet.whenLeft(() => leave(deps, scopes, callback))
      : undefined,
  });
}

/** Before the last byte leaves: who has heard it may go on. */
function keepTurn(session: OpenSession, run: Run, { status, httpStatus }: Ending, hasAnswer: boolean): Promise<void> {
  const answer = hasAnswer ? (run.content?.turn ?? null) : null;
  const { request, candidates } = run;
  return session.keep({ request, requestedModel: candidates.requested, answer, status, httpStatus });
}

/** Whoever waits for its place may have it. */
function leave({ places }: FinishRunDeps, scopes: readonly LimitedScope[], callback: () => void): void {
  callback();
  places.left(scopes);
}

function limitsRunning({ limits }: LimitedScope): boolean {
  return limits.concurrentRequests !== null;
}

/** Of what nobody here has seen no estimate can be made: then all that was reserved is charged to the budgets. */
function asSeen({ admission, trail }: Run, ending: Ending): Ending {
  const { usage } = ending;
  const isEstimate = usage.isPromptEstimated === true || trail.unanswered.length > 0;
  const readsUnseen = admission.readsUnseen || trail.providers?.readsUnseen === true;
  return readsUnseen && isEstimate ? { ...ending, usage: { ...usage, isUnseen: true } } : ending;
}

/** `error`: what was thrown, or what the client is told; null where the answer is whole. */
export function statusOf({ severedBy }: Lifeline, error: unknown): Ending["status"] {
  if (severedBy === "client") return "client_abort";
  if (error === null) return "ok";
  if (severedBy === "stopping") return "shutdown";
  return error instanceof GhostError && error.code === "timeout_error" ? "timeout" : "error";
}
