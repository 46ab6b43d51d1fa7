// One request, from the decoded body to the end of its answer: a straight line of named values.
// Called by gateway/endpoints/inference.ts. Invariant: whoever is admitted is settled, once, however the request ends.

import type { Dialect, ParsedRequest, RequestDemand } from "@ghostllm/llm";
import type { Principal } from "#domain/principal.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { RateReport } from "#link/counters/counters.ts";
import { admit, rateHeaders } from "./admit.ts";
import { attemptTargets } from "#gateway/flow/ask/attempts.ts";
import { backgroundLifetimeMs } from "#gateway/flow/stored/background-runs.ts";
import { answerCount, answerFailedCount, attemptCount, canBeCounted } from "./count-tokens.ts";
import { cutBegun, deliver, finishWithoutAnswer } from "#gateway/flow/answer/deliver.ts";
import type { Run } from "#gateway/flow/answer/deliver.ts";
import { upstreamHeaders } from "#gateway/flow/ask/request-headers.ts";
import { followReferences } from "#gateway/flow/stored/holder.ts";
import { KeepAlive } from "#gateway/flow/answer/keep-alive.ts";
import { Lifeline } from "#gateway/flow/ask/lifeline.ts";
import { checkMayAdmit } from "./may-admit.ts";
import { planTargets } from "./plan.ts";
import { checkPermission, resolveModel } from "./resolve.ts";
import type { Candidates } from "./resolve.ts";
import { Trail } from "./trail.ts";
import type { VendorAnswer } from "#gateway/flow/ask/vendor-answer.ts";

/** A reservation outlives the longest request by this, so that only a leaked one ever expires. */
const reservationMarginMs = 60_000;

export interface InferenceCall {
  readonly exchange: Exchange;
  readonly principal: Principal;
  readonly request: ParsedRequest;
  /** The client's. */
  readonly dialect: Dialect;
  /** What it can cause, where that is known already. */
  readonly demand: RequestDemand | null;
}

/** Answers the client. Throws GhostError for what the endpoint is to answer, with nothing sent yet. */
export async function execute(deps: GatewayDeps, call: InferenceCall): Promise<void> {
  const resolved = resolveModel(deps.snapshots.current(), call.request.model);
  checkPermission(call.principal, resolved);
  const { references = [] } = call.request.kept ?? {};
  const candidates = followReferences({ owners: deps.objectOwners, principal: call.principal, references }, resolved);
  if (answerAlone(deps, call, candidates)) return;
  if (call.request.operation === "count_tokens" && !canBeCounted(call, candidates)) return answerCount(deps, call);
  checkMayAdmit(deps);
  const admitted = admit(admissionInput(deps, call, candidates));
  const admission = admitted instanceof Promise ? await admitted : admitted;
  const lifeline = new Lifeline(deps, call);
  const keepAlive = new KeepAlive(deps, { ...call, report: admission.report });
  const run: Run = { ...call, candidates, admission, lifeline, trail: new Trail(), keepAlive };
  try {
    if (lifeline.failure !== null) throw lifeline.failure;
    const answer = await obtainAnswer(deps, run);
    if (answer === null) return await answerFailedCount(deps, run);
    rememberOwner(deps, run, answer);
    await deliver(deps, run, answer);
  } catch (error) {
    lifeline.abandon();
    if (!run.trail.isFinished) await finishWithoutAnswer(deps, run, error);
    if (keepAlive.hasBegun) cutBegun(run, error);
    throw error;
  } finally {
    keepAlive.stop();
    lifeline.release();
  }
}

/** True where the request asks for nothing that a vendor would have to do, unless all of its vendors know what it asks. */
function answerAlone({ clock }: GatewayDeps, { exchange, request, dialect }: InferenceCall, { targets }: Candidates) {
  const { answerAlone: encode } = dialect.client;
  if (encode === undefined) return false;
  const isTheirs = targets.every(({ target }) => target.provider.definition.speaks[dialect.name] !== undefined);
  const body = isTheirs ? null : encode(request, clock.now());
  if (body === null) return false;
  exchange.answer(200, { "content-type": "application/json" }, body);
  return true;
}

function admissionInput(deps: GatewayDeps, call: InferenceCall, candidates: Candidates) {
  const { exchange, principal, request, dialect, demand } = call;
  const countedAt = deps.clock.monotonic();
  return {
    id: exchange.id,
    principal,
    request,
    demand,
    candidates,
    dialect: dialect.name,
    longerContext: longerContextOf(call),
    counters: deps.counters,
    assumedOutputTokens: deps.limits.assumedOutputTokens,
    now: exchange.startedAt,
    countedAt,
    expiresAt: countedAt + longestMs(deps, request) + reservationMarginMs,
    onRefusal: (report: RateReport) => exchange.addHeaders(rateHeaders(report)),
  };
}

function longerContextOf({ exchange, dialect }: InferenceCall): number {
  const { longerContext } = dialect.client;
  if (longerContext === undefined) return 0;
  return exchange.header(longerContext.header)?.includes(longerContext.word) === true ? longerContext.tokens : 0;
}

/** What a vendor does in the background goes on when it has answered. */
function longestMs({ timeouts }: GatewayDeps, { kept }: ParsedRequest): number {
  return timeouts.totalMs + (kept?.isBackground ? backgroundLifetimeMs : 0);
}

/** Null for a count that no vendor told. */
function obtainAnswer(deps: GatewayDeps, run: Run): Promise<VendorAnswer | null> {
  const { candidates, request, exchange, principal, dialect, lifeline, trail } = run;
  const { operation } = request;
  const { reservedNanos, readsUnseen } = run.admission;
  const { targetHealth: health, random } = deps;
  const { userId: caller } = principal;
  const now = deps.clock.monotonic();
  const plan = planTargets({ candidates, operation, dialect: dialect.name, health, caller, now, random });
  const headers = upstreamHeaders(deps, exchange, dialect.client);
  const isStrict = exchange.header("x-ghostllm-strict") === "true";
  const requestId = exchange.id;
  const seals = deps.sealedTurns.of(caller);
  const asked = {
    requestId,
    request,
    dialect,
    isStrict,
    plan,
    caller,
    headers,
    seals,
    lifeline,
    trail,
    reservedNanos,
    readsUnseen,
  };
  return operation === "count_tokens" ? attemptCount(deps, asked) : attemptTargets(deps, asked);
}

/** Who comes back for an answer has its id alone: that must lead to the vendor, and nobody else there. */
function rememberOwner(deps: GatewayDeps, { request, principal, candidates }: Run, answer: VendorAnswer): void {
  const stored = answer.kind === "whole" ? answer.stored : answer.tap.stored;
  if (!request.kept?.isStored || !stored) return;
  const { provider, model } = answer.target;
  const { userId } = principal;
  deps.objectOwners.keep(stored.id, { userId, providerId: provider.id, model, requestedModel: candidates.requested });
}
