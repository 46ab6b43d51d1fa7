// One request, from the decoded body to the end of its answer: a straight line of named values.
// Called by gateway/endpoints/inference.ts. Invariant: whoever is admitted is settled, once, however the request ends.

import { GhostError } from "@ghostllm/contract";
import { unmetered } from "@ghostllm/llm";
import type { Dialect, ParsedRequest } from "@ghostllm/llm";
import type { Principal } from "#domain/principal.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/exchange.ts";
import type { RateReport } from "#link/counters/counters.ts";
import { admit, rateHeaders } from "./admit.ts";
import type { Admission } from "./admit.ts";
import type { StreamAnswer, VendorAnswer, WholeAnswer } from "./vendor-answer.ts";
import { attemptTargets } from "./attempts.ts";
import { answerCount, canBeCounted } from "./count-tokens.ts";
import { finish, noUsage } from "./finish.ts";
import type { Ending } from "./finish.ts";
import { answerHeaders, costHeader, upstreamHeaders } from "./headers.ts";
import { Lifeline } from "./lifeline.ts";
import { measureUsage, usageWithoutAnswer } from "./measure.ts";
import { planTargets } from "./plan.ts";
import { checkPermission, resolveModel } from "./resolve.ts";
import type { Candidates } from "./resolve.ts";
import { Evidence, relayStream } from "./stream.ts";
import type { StreamEnd } from "./stream.ts";
import { Trail } from "./trail.ts";

/** What is kept of an answer to estimate its tokens. */
const maxEvidenceBytes = 256 * 1024;
/** A reservation outlives the longest request by this, so that only a leaked one ever expires. */
const reservationMarginMs = 60_000;

export interface InferenceCall {
  readonly exchange: Exchange;
  readonly principal: Principal;
  readonly request: ParsedRequest;
  /** The client's. */
  readonly dialect: Dialect;
}

/** A call that was admitted, with what belongs to it until it is finished. */
interface Run extends InferenceCall {
  readonly candidates: Candidates;
  readonly admission: Admission;
  readonly trail: Trail;
  readonly lifeline: Lifeline;
}

/** Answers the client. Throws GhostError for what the endpoint is to answer, with nothing sent yet. */
export async function execute(deps: GatewayDeps, call: InferenceCall): Promise<void> {
  const candidates = resolveModel(deps.snapshots.current(), call.request.model);
  checkPermission(call.principal, candidates);
  if (call.request.operation === "count_tokens" && !canBeCounted(call, candidates)) return answerCount(deps, call);
  if (!deps.journal.healthy()) {
    throw new GhostError("service_unavailable", "Usage cannot be recorded at the moment.", { retryAfterSeconds: 5 });
  }
  const admitted = admit(admissionInput(deps, call, candidates));
  const admission = admitted instanceof Promise ? await admitted : admitted;
  const lifeline = new Lifeline(call.exchange, deps.timeouts.totalMs);
  const run: Run = { ...call, candidates, admission, lifeline, trail: new Trail() };
  try {
    const answer = await obtainAnswer(deps, run);
    if (answer.kind === "whole") await deliverWhole(deps, run, answer);
    else await deliverStream(deps, run, answer);
  } catch (error) {
    lifeline.abandon();
    if (!run.trail.isFinished) await finishWithoutAnswer(deps, run, error);
    throw error;
  } finally {
    lifeline.release();
  }
}

function admissionInput(deps: GatewayDeps, { exchange, principal, request }: InferenceCall, candidates: Candidates) {
  return {
    id: exchange.id,
    principal,
    request,
    candidates,
    counters: deps.counters,
    assumedOutputTokens: deps.limits.assumedOutputTokens,
    now: exchange.startedAt,
    expiresAt: exchange.startedAt + deps.timeouts.totalMs + reservationMarginMs,
    onRefusal: (report: RateReport) => exchange.addHeaders(rateHeaders(report)),
  };
}

function obtainAnswer(deps: GatewayDeps, run: Run): Promise<VendorAnswer> {
  const { candidates, request, exchange, principal, dialect, lifeline, trail } = run;
  const { operation } = request;
  const { targetHealth: health, random } = deps;
  const targets = planTargets({ candidates, operation, dialect: dialect.name, health, now: deps.clock.now(), random });
  const headers = upstreamHeaders(exchange, dialect.client, deps.version);
  const isStrict = exchange.header("x-ghostllm-strict") === "true";
  const requestId = exchange.id;
  const seals = deps.sealedTurns.of(principal.userId);
  return attemptTargets(deps, { requestId, request, dialect, isStrict, targets, headers, seals, lifeline, trail });
}

/** No vendor was asked: nothing was used, so only the reservation is given back. Otherwise the failure is recorded. */
async function finishWithoutAnswer(deps: GatewayDeps, run: Run, error: unknown): Promise<void> {
  const { exchange, trail, lifeline, request } = run;
  if (trail.target === null) {
    await deps.counters.settle({ id: exchange.id, tokens: 0, costNanos: 0, now: deps.clock.now() });
    return;
  }
  const isClientGone = lifeline.severedBy === "client";
  const isTimeout = error instanceof GhostError && error.code === "timeout_error";
  await finishRun(deps, run, {
    status: isClientGone ? "client_abort" : isTimeout ? "timeout" : "error",
    httpStatus: isClientGone ? clientClosedRequest : error instanceof GhostError ? error.status : 500,
    errorCode: isClientGone ? null : error instanceof GhostError ? error.code : "internal_error",
    usage: isClientGone || isTimeout ? usageWithoutAnswer(request, trail.isSent) : noUsage,
    ttftMs: null,
    overheadMs: exchange.elapsedMs() - trail.upstreamMs,
  });
}

/** nginx's status for a client that left; it is recorded, never sent. */
const clientClosedRequest = 499;

function finishRun(deps: GatewayDeps, run: Run, ending: Ending): Promise<number | null> {
  const { trail } = run;
  if (trail.target === null) throw new GhostError("internal_error", "an answer came from no target");
  trail.isFinished = true;
  return finish(deps, { ...run, target: trail.target, ending });
}

async function deliverWhole(deps: GatewayDeps, run: Run, answer: WholeAnswer): Promise<void> {
  const { exchange, trail, admission, lifeline } = run;
  const overheadMs = exchange.elapsedMs() - trail.upstreamMs;
  const costNanos = await finishRun(deps, run, {
    status: lifeline.severedBy === "client" ? "client_abort" : answer.error === null ? "ok" : "error",
    httpStatus: answer.status,
    errorCode: answer.error?.code ?? null,
    usage: answer.error === null ? await usageOfWhole(deps, run, answer) : noUsage,
    ttftMs: exchange.elapsedMs(),
    overheadMs,
  });
  const headers = answerHeaders({ answer, report: admission.report, trail, overheadMs });
  exchange.answer(answer.status, { ...headers, ...costHeader(costNanos) }, answer.body);
}

function usageOfWhole(deps: GatewayDeps, { request, dialect }: Run, { body, usage }: WholeAnswer) {
  if (unmetered.has(request.operation)) return noUsage;
  const evidence = new Evidence(maxEvidenceBytes);
  evidence.add(body);
  const { estimator } = deps;
  return measureUsage({ told: usage, isComplete: true, request, dialect, evidence, streamed: false, estimator });
}

async function deliverStream(deps: GatewayDeps, run: Run, answer: StreamAnswer): Promise<void> {
  const { exchange, trail, admission, dialect, request, lifeline } = run;
  const ttftMs = exchange.elapsedMs();
  const overheadMs = ttftMs - trail.upstreamMs;
  exchange.begin(answer.status, answerHeaders({ answer, report: admission.report, trail, overheadMs }));
  const evidence = new Evidence(maxEvidenceBytes);
  const end = await relayStream(answer, exchange, evidence);
  const error = errorOfStream(run, answer, end);
  const { tap } = answer;
  const streamed = tap.isEventStream;
  const isComplete = end.failure === null;
  const { estimator } = deps;
  await finishRun(deps, run, {
    status: statusOfStream(lifeline, error),
    httpStatus: answer.status,
    errorCode: error?.code ?? null,
    usage: await measureUsage({ told: tap.usage, isComplete, request, dialect, evidence, streamed, estimator }),
    ttftMs,
    overheadMs,
  });
  if (end.lastBytes !== null) exchange.response.write(end.lastBytes);
  if (end.failure === null) exchange.response.end();
  else if (streamed && !isStuck(run)) {
    exchange.response.end(dialect.client.encodeStreamError(error ?? brokenStream(run)));
  }
  // Half of a JSON document cannot say that it is one: only the broken connection can.
  else exchange.response.destroy();
}

/** The time is over because the client does not read: it would not read the end either, and hold its socket for ever. */
function isStuck({ lifeline, exchange }: Run): boolean {
  return lifeline.severedBy === "timeout" && exchange.response.writableNeedDrain;
}

function statusOfStream({ severedBy }: Lifeline, error: GhostError | null): Ending["status"] {
  if (severedBy === "client") return "client_abort";
  if (error?.code === "timeout_error") return "timeout";
  return error === null ? "ok" : "error";
}

function errorOfStream(run: Run, { tap }: StreamAnswer, { failure }: StreamEnd): GhostError | null {
  // That the client left is no fault of anybody's.
  if (run.lifeline.severedBy === "client") return null;
  if (failure === null) return tap.failure === null ? null : new GhostError("provider_error", tap.failure);
  const isTimeout = run.lifeline.severedBy === "timeout" || failure.kind === "timeout";
  return isTimeout
    ? new GhostError("timeout_error", "The provider's answer did not finish in time.")
    : brokenStream(run);
}

function brokenStream({ trail }: Run): GhostError {
  return new GhostError("provider_error", `${trail.target?.provider.name ?? "The provider"} broke off its answer.`);
}
