// The end of a request that was admitted: its answer on the way to the client, whole or streamed, and its record.
// Called by execute.ts and forward.ts. Invariant: the record is written before the last byte of the answer leaves.

import { GhostError } from "@ghostllm/contract";
import { unmetered } from "@ghostllm/llm";
import type { Dialect, ParsedRequest, StoredAnswer } from "@ghostllm/llm";
import type { Principal } from "#domain/principal.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { isForWantOfRoom } from "#gateway/http/held-bytes.ts";
import type { Admission } from "#gateway/flow/admit.ts";
import { settleDeleted, settleShown, unseenUsage, waitForEnd } from "#gateway/flow/stored/background.ts";
import type { KeptId, Shown } from "#gateway/flow/stored/background.ts";
import { describeCutPrompt } from "./cut-prompt.ts";
import { finish } from "#gateway/flow/finish.ts";
import { noUsage } from "./measured-usage.ts";
import type { Ending } from "#gateway/flow/finish.ts";
import type { MeasuredUsage } from "./measured-usage.ts";
import { answerHeaders, costHeader } from "./answer-headers.ts";
import type { KeepAlive } from "./keep-alive.ts";
import type { Lifeline } from "#gateway/flow/ask/lifeline.ts";
import { meterOf } from "./meter.ts";
import { measureUsage } from "./measure.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";
import { Evidence, relayStream } from "./stream.ts";
import type { StreamEnd } from "./stream.ts";
import type { Trail } from "#gateway/flow/trail.ts";
import { usageOfBegun } from "#gateway/flow/ask/unanswered.ts";
import type { StreamAnswer, VendorAnswer, WholeAnswer } from "#gateway/flow/ask/vendor-answer.ts";

/** What is kept of an answer to estimate its tokens. */
const maxEvidenceBytes = 256 * 1024;

/** A call that was admitted, with what belongs to it until it is finished. */
export interface Run {
  readonly exchange: Exchange;
  readonly principal: Principal;
  readonly request: ParsedRequest;
  /** The client's. */
  readonly dialect: Dialect;
  readonly candidates: Candidates;
  readonly admission: Admission;
  readonly trail: Trail;
  readonly lifeline: Lifeline;
  /** Absent where what comes is not known to be a stream. */
  readonly keepAlive?: KeepAlive;
  /** The kept answer that the client asks for. */
  readonly looksAt?: KeptId & { readonly isDeleted: boolean };
}

/** No vendor was asked: nothing was used, so only the reservation is given back. Otherwise the failure is recorded. */
export async function finishWithoutAnswer(deps: GatewayDeps, run: Run, error: unknown): Promise<void> {
  const { exchange, trail, lifeline } = run;
  if (trail.target === null) {
    await deps.counters.settle({ id: exchange.id, tokens: 0, costNanos: 0, now: deps.clock.monotonic() });
    return;
  }
  const isClientGone = lifeline.severedBy === "client";
  const isTimeout = error instanceof GhostError && error.code === "timeout_error";
  // The vendor has answered, but there was no room for it here.
  const isUnread = error instanceof GhostError && isForWantOfRoom(error);
  await finishRun(deps, run, {
    status: statusOf(lifeline, error),
    httpStatus: isClientGone ? clientClosedRequest : error instanceof GhostError ? error.status : 500,
    errorCode: isClientGone ? null : error instanceof GhostError ? error.code : "internal_error",
    usage:
      trail.takeLast() ??
      (lifeline.severedBy !== null || isTimeout || isUnread ? usageOfUnanswered(deps, run) : noUsage),
    ttftMs: null,
    overheadMs: exchange.elapsedMs() - trail.upstreamMs,
  });
}

/** What a vendor has begun in the background goes on without us, under an id that nobody was told. */
function usageOfUnanswered(deps: GatewayDeps, { request, trail }: Run): MeasuredUsage {
  const { assumedOutputTokens } = deps.limits;
  if (request.kept?.isBackground && trail.isSent) return unseenUsage(deps, request);
  return usageOfBegun(trail.begun({ request, assumedOutputTokens, now: deps.clock.monotonic() }));
}

/** nginx's status for a client that left; it is recorded, never sent. */
const clientClosedRequest = 499;

function finishRun(deps: GatewayDeps, run: Run, ending: Ending): Promise<number | null> {
  const { trail } = run;
  if (trail.target === null) throw new GhostError("internal_error", "an answer came from no target");
  trail.isFinished = true;
  return finish(deps, { ...run, target: trail.target, ending: asSeen(run, ending) });
}

/** Of what nobody here has seen no estimate can be made: then all that was reserved is charged to the budgets. */
function asSeen({ admission, trail }: Run, ending: Ending): Ending {
  const { usage } = ending;
  const isEstimate = usage.isPromptEstimated === true || trail.unanswered.length > 0;
  return admission.readsUnseen && isEstimate ? { ...ending, usage: { ...usage, isUnseen: true } } : ending;
}

/** Answers the client, and writes down what was used before the last byte leaves. */
export function deliver(deps: GatewayDeps, run: Run, answer: VendorAnswer): Promise<void> {
  return answer.kind === "whole" ? deliverWhole(deps, run, answer) : deliverStream(deps, run, answer);
}

async function deliverWhole(deps: GatewayDeps, run: Run, answer: WholeAnswer): Promise<void> {
  const { exchange, trail, admission, lifeline } = run;
  const ttftMs = exchange.elapsedMs();
  const overheadMs = ttftMs - trail.upstreamMs;
  const { status, stored, usage, error, body } = answer;
  const settled = await settleWhatIsShown(deps, run, { status, stored, usage, text: () => body, isStream: false });
  const costNanos = isToldLater(deps, run, answer, { stored, ttftMs, overheadMs })
    ? null
    : await finishRun(deps, run, {
        status: lifeline.severedBy === "client" ? "client_abort" : error === null ? "ok" : "error",
        httpStatus: status,
        errorCode: error?.code ?? null,
        usage: error === null ? await usageOfWhole(deps, run, answer) : noUsage,
        ttftMs,
        overheadMs,
      });
  if (run.keepAlive?.hasBegun === true) return endBegun(run, answer);
  const cut = error === null ? describeCutPrompt(run.request, answer) : null;
  const told = cut === null ? answer : { ...answer, notes: [...answer.notes, cut] };
  const headers = answerHeaders({ answer: told, report: admission.report, trail, overheadMs });
  exchange.answer(status, { ...headers, ...costHeader(settled ?? costNanos) }, body);
}

/** What is told as a whole, to a client whose stream has begun. */
function endBegun(run: Run, { error, body }: WholeAnswer): void {
  if (error !== null) return cutBegun(run, new GhostError(error.code, error.message || "The provider failed."));
  run.exchange.response.end(body);
}

/** Ends a stream of which the client has heard nothing but that it goes on. */
export function cutBegun({ exchange, dialect: { client }, request }: Run, error: unknown): void {
  const told = error instanceof GhostError ? error : new GhostError("internal_error", "A fault in GhostLLM.");
  const { encodeFailure = client.encodeStreamError } = client.createStreamEncoder(request);
  exchange.cut(Buffer.from(encodeFailure(told)));
}

function usageOfWhole(deps: GatewayDeps, { request, dialect }: Run, { body, usage }: WholeAnswer) {
  if (unmetered.has(request.operation)) return noUsage;
  const evidence = new Evidence(maxEvidenceBytes);
  evidence.add(body);
  const { estimator } = deps;
  return measureUsage({ told: usage, isComplete: true, request, dialect, evidence, streamed: false, estimator });
}

async function deliverStream(deps: GatewayDeps, run: Run, answer: StreamAnswer): Promise<void> {
  const { exchange, trail, admission, lifeline } = run;
  const ttftMs = exchange.elapsedMs();
  const overheadMs = ttftMs - trail.upstreamMs;
  exchange.begin(answer.status, answerHeaders({ answer, report: admission.report, trail, overheadMs }));
  const evidence = new Evidence(maxEvidenceBytes);
  const { keepAlive } = run;
  const meter = meterOf(deps, {
    ...run,
    id: exchange.id,
    reservedNanos: admission.reservedNanos,
    target: answer.target,
    streamed: answer.tap.isEventStream,
  });
  const relay = { exchange, evidence, meter, onWrite: (bytes: Buffer) => keepAlive?.wrote(bytes) };
  const end = exchange.request.method === "HEAD" ? endAtHeaders(answer) : await relayStream(answer, relay);
  keepAlive?.stop();
  const error = errorOfStream(run, answer, end);
  const { tap, status } = answer;
  const { usage, stored = null, isEventStream: isStream } = tap;
  await settleWhatIsShown(deps, run, { status, stored, usage, text: () => Buffer.from(evidence.text()), isStream });
  if (!isToldLater(deps, run, answer, { stored, ttftMs, overheadMs })) {
    await finishRun(deps, run, {
      status: statusOf(lifeline, error),
      httpStatus: status,
      errorCode: error?.code ?? null,
      usage: await usageOfStream(deps, run, answer, {
        evidence,
        isComplete: end.failure === null && tap.failure === null && end.isOverBudget !== true,
      }),
      ttftMs,
      overheadMs,
    });
  }
  if (error === null) exchange.response.end(end.lastBytes ?? undefined);
  else exchange.cut(joined(end.lastBytes, isStuck(run) ? null : tap.fail(error)));
}

/** Nothing else was asked for, and what is large is not fetched for that. */
function endAtHeaders({ source }: StreamAnswer): StreamEnd {
  source.abort();
  return { lastBytes: null, failure: null };
}

function joined(...parts: readonly (Buffer | null)[]): Buffer {
  return Buffer.concat(parts.filter((part) => part !== null));
}

function usageOfStream(
  { estimator }: GatewayDeps,
  { request, dialect }: Run,
  { tap }: StreamAnswer,
  { evidence, isComplete }: { readonly evidence: Evidence; readonly isComplete: boolean },
): Promise<MeasuredUsage> | MeasuredUsage {
  if (unmetered.has(request.operation)) return noUsage;
  const streamed = tap.isEventStream;
  return measureUsage({ told: tap.usage, isComplete, request, dialect, evidence, streamed, estimator });
}

interface Answered {
  readonly stored: StoredAnswer | null;
  readonly ttftMs: number;
  readonly overheadMs: number;
}

/** The vendor goes on in the background: its usage is not known yet, and the reservation is held until it is. */
function isToldLater(deps: GatewayDeps, run: Run, { target, status }: VendorAnswer, answered: Answered): boolean {
  const { stored, ...times } = answered;
  if (status >= 300 || !waitForEnd(deps, { ...run, target, httpStatus: status, ...times }, stored)) return false;
  run.trail.isFinished = true;
  return true;
}

interface ShownAnswer extends Pick<Shown, "stored" | "usage"> {
  readonly status: number;
  readonly text: () => Buffer;
  readonly isStream: boolean;
}

/** Who asks for what a vendor keeps may be the first to see that it is final. */
async function settleWhatIsShown(deps: GatewayDeps, run: Run, shown: ShownAnswer): Promise<number | null> {
  const { looksAt, dialect } = run;
  if (looksAt === undefined || shown.status >= 300) return null;
  if (looksAt.isDeleted) return settleDeleted(deps, looksAt);
  const readText = (): string => dialect.upstream.readText(shown.text().toString("utf8"), shown.isStream);
  return settleShown(deps, looksAt, { stored: shown.stored, usage: shown.usage, readText });
}

/** The time is over because the client does not read: it would not read the end either, and hold its socket for ever. */
function isStuck({ lifeline, exchange }: Run): boolean {
  return lifeline.severedBy === "timeout" && exchange.response.writableNeedDrain;
}

/** `error`: what was thrown, or what the client is told; null where the answer is whole. */
function statusOf({ severedBy }: Lifeline, error: unknown): Ending["status"] {
  if (severedBy === "client") return "client_abort";
  if (error === null) return "ok";
  if (severedBy === "stopping") return "shutdown";
  return error instanceof GhostError && error.code === "timeout_error" ? "timeout" : "error";
}

function errorOfStream(run: Run, { tap }: StreamAnswer, { failure, isOverBudget }: StreamEnd): GhostError | null {
  // That the client left is no fault of anybody's.
  if (run.lifeline.severedBy === "client") return null;
  if (isOverBudget) return usedUp();
  if (failure === null) return tap.failure === null ? null : new GhostError(tap.failure.code, tap.failure.message);
  if (run.lifeline.failure !== null) return run.lifeline.failure;
  return failure.kind === "timeout"
    ? new GhostError("timeout_error", "The provider's answer did not finish in time.")
    : brokenStream(run);
}

function usedUp(): GhostError {
  const message =
    "The budget is used up: this answer has cost all that was left of it, by an estimate of its tokens, and was cut here. Name a maximum of output tokens that fits, or ask an operator to raise the budget.";
  return new GhostError("insufficient_quota", message);
}

function brokenStream({ trail }: Run): GhostError {
  return new GhostError("provider_error", `${trail.target?.provider.name ?? "The provider"} broke off its answer.`);
}
