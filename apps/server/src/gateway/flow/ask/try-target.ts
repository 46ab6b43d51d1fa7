// One try at a target, with all that is learnt from it. Called by attempts.ts and hedge.ts.

import type { Dialect, ParsedRequest } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { UpstreamCall } from "#gateway/upstream/upstream.ts";
import { answerFactsOf } from "#gateway/flow/answer/answer-facts.ts";
import type { VendorAnswer } from "#gateway/flow/answer/answer.ts";
import type { Ear } from "#gateway/flow/content/ear.ts";
import { findTurns } from "#gateway/flow/kept-turns.ts";
import type { Protected } from "#gateway/flow/protection.ts";
import type { Listener } from "#gateway/flow/recall/caching.ts";
import type { Trail } from "#gateway/flow/trail.ts";
import type { Tried } from "#gateway/flow/tried.ts";
import { attemptTarget } from "./attempt.ts";
import type { AttemptInput } from "./attempt.ts";
import type { Leg, Step } from "./course.ts";
import type { Outcome } from "./judge.ts";
import { learn } from "./learn.ts";
import type { Line } from "./lifeline.ts";
import type { Patience } from "./patience.ts";
import { ofAttempt } from "./request-headers.ts";
import type { RequestHeaders } from "./request-headers.ts";
import { attemptSession } from "./session-attempt.ts";
import type { RealtimeClient } from "./session-attempt.ts";

export type TryDeps = Pick<
  GatewayDeps,
  | (
      | "upstream"
      | "sockets"
      | "authenticator"
      | "heavyWork"
      | "targetHealth"
      | "targetRoom"
      | "targetWork"
      | "promptHolders"
      | "turns"
    )
  | ("clock" | "events" | "limits" | "answers" | "timeouts")
>;

export interface TryInput {
  readonly requestId: string;
  readonly request: ParsedRequest;
  readonly protection: Protected | null;
  /** Null where nothing of its texts is stored. */
  readonly content: Ear | null;
  /** Null where no answer to it is kept. */
  readonly caching: Listener | null;
  /** The client's. */
  readonly dialect: Dialect;
  /** Refuse what a target's dialect cannot express, instead of noting it. */
  readonly isStrict: boolean;
  /** The user who asks. */
  readonly caller: string;
  readonly headers: RequestHeaders;
  readonly lifeline: Line;
  readonly trail: Trail;
  /** Null, but for a session in real time: the client's side of it. */
  readonly realtime: RealtimeClient | null;
}

/** What is to be known of it before it is asked. */
export function beginTry(deps: TryDeps, { request, caller }: TryInput, { target, leg }: Step, tried: Tried): void {
  const { operation, stream, promptTokensEstimate: tokens } = request;
  const { startedAt } = tried;
  tried.isProbe = leg.isProbe;
  tried.ledTo = leg.ledTo;
  tried.work = deps.targetWork.begin({ target, operation, stream }, startedAt);
  deps.targetRoom.take({ target, tokens });
  deps.targetHealth.try({ target, operation, caller }, request, startedAt);
}

/** Throws what is no fault of the target's. */
export async function tryTarget(
  deps: TryDeps,
  input: TryInput,
  { target, leg }: Pick<Step, "target" | "leg">,
  { tried, patience }: { readonly tried: Tried; readonly patience: Patience | null },
): Promise<Outcome> {
  const { request, protection, content, caching, dialect, isStrict, headers, caller, lifeline, trail } = input;
  const { startedAt } = tried;
  try {
    const asked = {
      target,
      request,
      protection,
      content,
      caching,
      dialect,
      isStrict,
      headers: ofAttempt(headers, trail.trace, tried.number),
      findTurns: (callNames: readonly string[]) => findTurns(deps, caller, callNames),
      facts: answerFactsOf(deps, { requestId: input.requestId, request, startedAt }),
      lifeline,
      upstream: deps.upstream,
      authenticator: deps.authenticator,
      heavyWork: deps.heavyWork,
      answerBufferBytes: deps.limits.answerBufferBytes,
      patience,
      onCall: (call: UpstreamCall) => {
        tried.hold(call);
        patience?.hold(call);
      },
    };
    const answer = await ask(deps, input, asked);
    learn(deps, input, tried, answer);
    if (leg.targets.length > 1) noteRoom(deps, input, answer);
    noteHolder(deps, leg, answer);
    return answer;
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw notAsked(deps, input, target, error);
    const failure = patience?.explain(error) ?? error;
    const { assumedOutputTokens } = deps.limits;
    trail.fail(tried, failure, { request, assumedOutputTokens, now: deps.clock.monotonic() });
    learn(deps, input, tried, failure);
    return failure;
  } finally {
    patience?.end();
  }
}

function ask(deps: TryDeps, { realtime }: TryInput, asked: AttemptInput): Promise<VendorAnswer> {
  if (realtime === null) return attemptTarget(asked);
  return attemptSession({ ...asked, realtime, sockets: deps.sockets, connectMs: deps.timeouts.connectMs });
}

/** Whoever waits for what it shows waits no more. */
export function notAsked(
  { targetHealth }: Pick<TryDeps, "targetHealth">,
  { request, caller }: Pick<TryInput, "request" | "caller">,
  target: Target,
  error?: unknown,
): unknown {
  targetHealth.giveUp({ target, operation: request.operation, caller }, request);
  return error;
}

/** Who has answered may keep the prompt for what goes on with it. */
function noteHolder({ promptHolders, clock }: TryDeps, { conversation }: Leg, answer: VendorAnswer): void {
  if (conversation !== undefined && answer.status === 200)
    promptHolders.note(conversation, answer.target, clock.monotonic());
}

function noteRoom({ targetRoom, clock }: TryDeps, { dialect, request }: TryInput, answer: VendorAnswer): void {
  const { target, headers } = answer;
  targetRoom.note(target, { dialect: dialect.name, operation: request.operation, headers, now: clock.monotonic() });
}
