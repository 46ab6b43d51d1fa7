import { setTimeout as sleep } from "node:timers/promises";
import { GhostError } from "@ghostllm/contract";
import type { AnswerFacts, Dialect, ParsedRequest } from "@ghostllm/llm";
import { secretsOf } from "#domain/additions.ts";
import type { Awaitable } from "#domain/clock.ts";
import type { LimitedScope } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Events } from "#telemetry/events.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { attemptTarget } from "./attempt.ts";
import type { VendorAnswer } from "#gateway/flow/answer/answer.ts";
import type { RequestHeaders } from "./request-headers.ts";
import { describe, isAnswer, isVendorAtFault, judge, restMsAfter, whyLeft, wouldMeetAnybody } from "./judge.ts";
import type { Outcome } from "./judge.ts";
import type { Lifeline } from "./lifeline.ts";
import type { ContentKeeper } from "#gateway/flow/content/content-keeper.ts";
import type { Caching } from "#gateway/flow/recall/caching.ts";
import type { Terms } from "#gateway/flow/admit.ts";
import type { Plan } from "#gateway/flow/plan/plan.ts";
import type { Protected } from "#gateway/flow/protection.ts";
import type { Trail } from "#gateway/flow/trail.ts";
import { findTurns } from "#gateway/flow/kept-turns.ts";
import { nothing, ProviderHolds } from "./provider-holds.ts";
import type { CameTo, PassedOver } from "./provider-holds.ts";
import { costOfUnanswered } from "./unanswered.ts";

/** What it takes to ask one vendor after the other, and to learn from it. */
export type AskDeps = Pick<
  GatewayDeps,
  | ("upstream" | "authenticator" | "heavyWork" | "targetHealth" | "targetWork" | "turns" | "counters")
  | ("clock" | "events" | "random" | "timeouts" | "limits" | "answers")
>;

export interface AttemptsInput {
  readonly requestId: string;
  readonly request: ParsedRequest;
  readonly protection: Protected | null;
  /** Null where nothing of its texts is stored. */
  readonly content: ContentKeeper | null;
  /** Null where no answer to it is kept. */
  readonly caching: Caching | null;
  /** The client's. */
  readonly dialect: Dialect;
  /** Refuse what a target's dialect cannot express, instead of noting it. */
  readonly isStrict: boolean;
  readonly plan: Plan;
  /** The user who asks. */
  readonly caller: string;
  readonly headers: RequestHeaders;
  readonly lifeline: Lifeline;
  readonly trail: Trail;
  /** Against budgets, for one attempt; 0 where there are none. */
  readonly reservedNanos: number;
  /** No estimate can be made of what a lost attempt cost. */
  readonly readsUnseen: boolean;
  /** By which the providers that are asked admit it. */
  readonly terms: Terms;
}

type AdmittedInput = Pick<AttemptsInput, "lifeline" | "trail" | "terms">;
type AdmitDeps = Pick<GatewayDeps, "clock" | "events" | "counters">;

/**
 * Tries one target after the other, and the last one twice, until one gives an answer for the client. When all fail,
 * the client gets the last one's own error, if it sent one; otherwise throws GhostError `provider_error` or
 * `timeout_error`.
 */
export async function attemptTargets(deps: AskDeps, input: AttemptsInput): Promise<VendorAnswer> {
  const { plan, request, lifeline, trail } = input;
  trail.isProbe = plan.isProbe;
  let last: { readonly target: Target; readonly outcome: Outcome } | null = null;
  let refusal: GhostError | null = null;
  let afforded = 0;
  for (const target of plan.targets) {
    if (last !== null) {
      if (judge(last.outcome) === "accept" || lifeline.severedBy !== null) return settleOn(last.outcome, input);
      if (trail.attempts > afforded && !(await canAffordAnother(deps, input))) return settleOn(last.outcome, input);
      afforded = trail.attempts;
    }
    const passing = admitAtProvider(deps, input, target);
    const passedOver = passing instanceof Promise ? await passing : passing;
    if (passedOver === null) last = { target, outcome: await attempt(deps, input, target) };
    else refusal = sooner(refusal, passedOver.error);
  }
  if (last === null) throw refusal ?? new GhostError("internal_error", "a plan has targets");
  // A count is estimated sooner than it would be asked for twice.
  const isOnce = plan.isProbe || request.operation === "count_tokens";
  if (!isOnce && judge(last.outcome) === "anywhere" && lifeline.severedBy === null) {
    await sleep(deps.timeouts.retryDelayMs * (1 + deps.random()));
    const isWanted =
      lifeline.severedBy === null && (trail.attempts === afforded || (await canAffordAnother(deps, input)));
    if (isWanted && (await admitAtProvider(deps, input, last.target)) === null)
      return settleOn(await attempt(deps, input, last.target), input);
  }
  return settleOn(last.outcome, input);
}

/** Null: its provider has no limits and no budgets, or room for one more attempt. What the last attempt held is given back before. */
function admitAtProvider(deps: AdmitDeps, input: AdmittedInput, target: Target): Awaitable<PassedOver | null> {
  const { scope = null } = target.provider;
  return scope === null && input.trail.providers === null ? null : admitHeld(deps, input, target, scope);
}

async function admitHeld(
  deps: AdmitDeps,
  { trail, terms, lifeline }: AdmittedInput,
  target: Target,
  scope: LimitedScope | null,
): Promise<PassedOver | null> {
  trail.providers ??= new ProviderHolds(deps, terms);
  const holds = trail.providers;
  await holds.close(cameTo(trail, holds, deps.clock.now()));
  const passedOver = scope === null ? null : await holds.admit(target, scope);
  if (passedOver !== null)
    trail.passOver(target, passedOver.reason, deps.clock.monotonic(), lifeline.exchange.elapsedMs());
  return passedOver;
}

/** The last attempt, which was not the client's answer. */
function cameTo(trail: Trail, { readsUnseen }: ProviderHolds, now: number): CameTo {
  const last = trail.unanswered.at(-1);
  if (last?.attempt !== trail.attempts) return nothing;
  const { promptTokens, completionTokens } = last.usage;
  return { tokens: promptTokens + completionTokens, costNanos: readsUnseen ? null : costOfUnanswered(last, now) };
}

/** Who helps first. */
function sooner(one: GhostError | null, other: GhostError): GhostError {
  const wait = ({ retryAfterSeconds }: GhostError): number => retryAfterSeconds ?? Infinity;
  return one === null || wait(other) < wait(one) ? other : one;
}

/** What was reserved is enough for one attempt: what another one came to before must be held beside it. */
async function canAffordAnother(
  deps: Pick<AskDeps, "clock" | "counters">,
  { requestId: id, reservedNanos, readsUnseen, trail }: AttemptsInput,
): Promise<boolean> {
  const last = trail.unanswered.at(-1);
  if (reservedNanos === 0 || last?.attempt !== trail.attempts) return true;
  const estimate = readsUnseen ? null : costOfUnanswered(last, deps.clock.now());
  const costNanos = estimate ?? reservedNanos;
  return (await deps.counters.extend({ id, costNanos })) >= costNanos;
}

interface OnlyTry extends AdmittedInput {
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
  lifeline.turnTo(target.provider);
  const startedAt = deps.clock.monotonic();
  trail.begin(target, startedAt);
  let outcome: Outcome;
  try {
    outcome = await input.call();
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    outcome = error;
  } finally {
    trail.upstreamMs += deps.clock.monotonic() - startedAt;
  }
  if (lifeline.severedBy === null && isVendorAtFault(outcome)) tellFailure(deps.events, requestId, target, outcome);
  return settleOn(outcome, input);
}

async function attempt(deps: AskDeps, input: AttemptsInput, target: Target): Promise<Outcome> {
  const { request, protection, content, caching, dialect, isStrict, headers, caller, lifeline, trail } = input;
  // What the last attempt left open, such as a stream that began with an error, is of no use to anybody now.
  lifeline.abandon();
  lifeline.turnTo(target.provider);
  const startedAt = deps.clock.monotonic();
  trail.begin(target, startedAt);
  const { operation, stream } = request;
  trail.turnTo(deps.targetWork.begin({ target, operation, stream }, startedAt), startedAt);
  try {
    const answer = await attemptTarget({
      target,
      request,
      protection,
      content,
      caching,
      dialect,
      isStrict,
      headers,
      findTurns: (callNames) => findTurns(deps, caller, callNames),
      facts: factsOf(deps, input, startedAt),
      lifeline,
      upstream: deps.upstream,
      authenticator: deps.authenticator,
      heavyWork: deps.heavyWork,
      answerBufferBytes: deps.limits.answerBufferBytes,
      onCall: (call) => trail.hold(call),
    });
    learn(deps, input, target, answer);
    return answer;
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    trail.fail(error, { request, assumedOutputTokens: deps.limits.assumedOutputTokens, now: deps.clock.monotonic() });
    learn(deps, input, target, error);
    return error;
  } finally {
    trail.upstreamMs += deps.clock.monotonic() - startedAt;
  }
}

/** What is known of an answer before a vendor has said a word. */
function factsOf(
  { clock, answers }: Pick<AskDeps, "clock" | "answers">,
  { requestId, request }: AttemptsInput,
  startedAt: number,
): AnswerFacts {
  return {
    requestId,
    nowSeconds: Math.floor(clock.now() / 1000),
    elapsedMs: () => clock.monotonic() - startedAt,
    ...(answers.model === "asked" && { toldModel: request.model }),
  };
}

/**
 * Health and events follow from what an attempt showed. That a client left shows nothing about the vendor, and what fails at
 * counting may well answer.
 */
function learn(
  { targetHealth, clock, events }: Pick<AskDeps, "targetHealth" | "clock" | "events">,
  input: AttemptsInput,
  target: Target,
  outcome: Outcome,
): void {
  if (input.lifeline.severedBy !== null) return;
  const { request, caller, requestId, trail, lifeline } = input;
  const { operation } = request;
  const now = clock.monotonic();
  if (isVendorAtFault(outcome)) trail.work?.failed(now);
  else if (isAnswer(outcome)) trail.work?.answered(now);
  const isLearnt = operation !== "count_tokens";
  if (judge(outcome) === "accept") {
    if (isLearnt) targetHealth.recordSuccess({ target, operation, caller });
    return;
  }
  trail.leave(whyLeft(outcome), now, lifeline.exchange.elapsedMs());
  if (isLearnt && isVendorAtFault(outcome)) {
    const isAnybodys = wouldMeetAnybody(outcome);
    targetHealth.recordFailure({
      ...{ target, operation, caller, isAnybodys },
      now,
      restMs: restMsAfter(outcome),
    });
  }
  tellFailure(events, requestId, target, outcome);
}

function tellFailure(events: Pick<Events, "attemptFailed">, requestId: string, target: Target, outcome: Outcome): void {
  events.attemptFailed({
    requestId,
    provider: target.provider.name,
    model: target.model,
    reason: outcome instanceof UpstreamFailure ? outcome.kind : String(outcome.status),
    message: describe(outcome),
  });
}

/** What the client is told in the end. */
function settleOn(outcome: Outcome, { lifeline, trail }: Pick<AttemptsInput, "lifeline" | "trail">): VendorAnswer {
  const provider = trail.target?.provider.name ?? "the provider";
  if (lifeline.failure !== null) throw lifeline.failure;
  if (outcome instanceof UpstreamFailure) {
    const code = outcome.kind === "timeout" ? "timeout_error" : "provider_error";
    // A try of ours would be multiplied by the client's own, and a credential does not mend itself.
    const isFinal = trail.isTriedAgain || outcome.kind === "credential" || outcome.kind === "forbidden";
    throw new GhostError(code, `${provider}: ${outcome.message}.`, { cause: outcome, isFinal });
  }
  // A vendor's 401 is about the operator's credential: passed on, it would tell a client that its own key is wrong.
  const isRefused = outcome.kind === "whole" && (outcome.status === 401 || outcome.error?.code === "invalid_api_key");
  if (!isRefused && !tellsCredential(outcome)) return outcome;
  lifeline.abandon();
  throw new GhostError("provider_error", `${provider} refused the credential that the operator configured.`, {
    isFinal: true,
  });
}

/** Some vendors quote the key that they refuse. */
function tellsCredential(answer: VendorAnswer): boolean {
  if (judge(answer) === "accept" && answer.status < 400) return false;
  const bytes = answer.kind === "whole" ? answer.body : answer.first;
  return bytes !== null && secretsOf(answer.target.provider).some((secret) => bytes.includes(secret.reveal()));
}
