// What attempts show of targets, for those who come after. Called by attempts.ts.

import type { ParsedRequest } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Trail } from "#gateway/flow/trail.ts";
import type { Tried } from "#gateway/flow/tried.ts";
import type { Events } from "#telemetry/events.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { describe, isAnswer, isVendorAtFault, judge, restMsAfter, restReasonOf } from "./judge.ts";
import { whyLeft, wouldMeetAnybody } from "./judge.ts";
import type { Outcome } from "./judge.ts";
import type { Line } from "./lifeline.ts";

interface Learnt {
  readonly requestId: string;
  readonly request: ParsedRequest;
  readonly caller: string;
  readonly lifeline: Pick<Line, "severedBy" | "exchange">;
  readonly trail: Trail;
}

/**
 * Health and events follow from what an attempt showed. That a client left shows nothing about the vendor, and what fails at
 * counting may well answer.
 */
export function learn(
  { targetHealth, clock, events }: Pick<GatewayDeps, "targetHealth" | "clock" | "events">,
  input: Learnt,
  tried: Tried,
  outcome: Outcome,
): void {
  const { request, caller, requestId, trail, lifeline } = input;
  const { target, work } = tried;
  const { operation, stream } = request;
  if (lifeline.severedBy !== null) return targetHealth.giveUp({ target, operation, caller }, request);
  const now = clock.monotonic();
  if (isVendorAtFault(outcome)) work?.failed(now);
  else if (isAnswer(outcome)) work?.answered(now);
  const isLearnt = operation !== "count_tokens";
  if (judge(outcome) === "accept") {
    if (isLearnt) targetHealth.recordSuccess({ target, operation, caller, stream, now, begunAt: tried.startedAt });
    return;
  }
  trail.leave(tried, whyLeft(outcome), now, lifeline.exchange.elapsedMs());
  if (isLearnt && isVendorAtFault(outcome)) {
    const isAnybodys = wouldMeetAnybody(outcome);
    targetHealth.recordFailure({
      ...{ target, operation, caller, isAnybodys },
      now,
      restMs: restMsAfter(outcome),
      reason: restReasonOf(outcome),
    });
  } else targetHealth.giveUp({ target, operation, caller }, request);
  tellFailure(events, requestId, target, outcome);
}

export function tellFailure(
  events: Pick<Events, "attemptFailed">,
  requestId: string,
  target: Target,
  outcome: Outcome,
): void {
  events.attemptFailed({
    requestId,
    provider: target.provider.name,
    model: target.model,
    reason: outcome instanceof UpstreamFailure ? outcome.kind : String(outcome.status),
    message: describe(outcome),
  });
}
