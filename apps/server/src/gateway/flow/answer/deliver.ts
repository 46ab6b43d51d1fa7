// The end of a request that was admitted: its answer on the way to the client, whole or streamed, and its record.
// Called by run.ts. Invariant: the record is written before the last byte of the answer leaves.

import { GhostError } from "@ghostllm/contract";
import { SessionTap, tokensOf } from "@ghostllm/llm";
import type { StoredAnswer, Usage } from "@ghostllm/llm";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Run } from "#gateway/flow/call.ts";
import { keepTurn } from "#gateway/flow/kept-turns.ts";
import type { TurnsDeps } from "#gateway/flow/kept-turns.ts";
import { finishRun, statusOf } from "#gateway/flow/ending.ts";
import { costOfAnother } from "#gateway/flow/finish.ts";
import { settleDeleted, settleShown, waitForEnd } from "#gateway/flow/stored/background.ts";
import type { SettlingDeps, Shown, WaitingDeps } from "#gateway/flow/stored/background.ts";
import type { Answer, StreamAnswer, WholeAnswer } from "./answer.ts";
import { answerHeaders, costHeader } from "./answer-headers.ts";
import { describeCutPrompt } from "./cut-prompt.ts";
import { measureUsage } from "./measure.ts";
import { noUsage } from "./measured-usage.ts";
import type { MeasuredUsage } from "./measured-usage.ts";
import { meterOf, TurningMeter } from "./meter.ts";
import type { MeterDeps } from "./meter.ts";
import { Evidence } from "./evidence.ts";
import { sessionMeterOf } from "./session-meter.ts";
import { relay } from "./relay.ts";
import type { Observer, StreamEnd } from "./relay.ts";

export type DeliverDeps = SettlingDeps & WaitingDeps & MeterDeps & TurnsDeps & Pick<GatewayDeps, "places">;
type Measuring = Pick<GatewayDeps, "estimator">;

/** Answers the client, and writes down what was used before the last byte leaves. */
export function deliver(deps: DeliverDeps, run: Run, answer: Answer): Promise<void> {
  run.trail.why.note(answer.notes, run.request);
  return answer.kind === "whole" ? deliverWhole(deps, run, answer) : deliverStream(deps, run, answer);
}

async function deliverWhole(deps: DeliverDeps, run: Run, answer: WholeAnswer): Promise<void> {
  const { exchange, outlet, trail, admission, lifeline, caching, guarding } = run;
  const ttftMs = exchange.elapsedMs();
  const overheadMs = ttftMs - trail.upstreamMs;
  const { status, stored, usage, error, body, turn, withheld } = answer;
  const seen = withheld ?? answer;
  if (turn) await keepTurn(deps, run.principal.userId, turn);
  const shown = { status: seen.status, stored, usage, text: () => seen.body, isStream: false };
  const settled = await settleWhatIsShown(deps, run, shown);
  const isLater = isInBackground(run) && (await isToldLater(deps, run, answer, { stored, ttftMs, overheadMs }));
  const costNanos = isLater
    ? null
    : await finishRun(
        deps,
        run,
        {
          status: lifeline.severedBy === "client" ? "client_abort" : error === null ? "ok" : "error",
          httpStatus: status,
          errorCode: error?.code ?? null,
          usage: error === null || withheld !== undefined ? await usageOfWhole(deps, run, answer) : noUsage,
          savedNanos: savedBy(deps, run, answer, usage),
          ttftMs,
          overheadMs,
        },
        answer.origin !== "estimate",
      );
  const cut = error === null ? describeCutPrompt(run.request, answer) : null;
  if (run.keepAlive.hasBegun) endBegun(run, answer);
  else {
    const told = cut === null ? answer : { ...answer, notes: [...answer.notes, cut] };
    const headers = answerHeaders({ answer: told, report: admission.report, trail, caching, guarding, overheadMs });
    outlet.answer(status, Object.assign(headers, costHeader(settled ?? costNanos)), body);
  }
  // What is cut in one server may be whole in another.
  if (error === null && cut === null && lifeline.severedBy === null) caching?.keep(costNanos);
}

/** What is told as a whole, to a client whose stream has begun. */
function endBegun(run: Run, { error, body }: WholeAnswer): void {
  if (error !== null) return cutBegun(run, new GhostError(error.code, error.message || "The provider failed."));
  run.outlet.end(body);
}

/** Ends a stream of which the client has heard nothing but that it goes on. */
export function cutBegun({ outlet, dialect: { client }, request }: Run, error: unknown): void {
  const told = error instanceof GhostError ? error : new GhostError("internal_error", "A fault in GhostLLM.");
  const { encodeFailure = client.encodeStreamError } = client.createStreamEncoder(request);
  outlet.cut(Buffer.from(encodeFailure(told)));
}

/** What no vendor told has used nothing of any. */
function usageOfWhole({ estimator }: Measuring, { request, dialect }: Run, answer: WholeAnswer) {
  const { origin, usage } = answer;
  if (origin !== "vendor" || tokensOf(request.operation) === "none") return noUsage;
  const evidence = new Evidence();
  evidence.add((answer.withheld ?? answer).body);
  return measureUsage({ told: usage, isComplete: true, request, dialect, evidence, streamed: false, estimator });
}

async function deliverStream(deps: DeliverDeps, run: Run, answer: StreamAnswer): Promise<void> {
  const { exchange, outlet, trail, admission, lifeline, caching, guarding } = run;
  const ttftMs = exchange.elapsedMs();
  const overheadMs = ttftMs - trail.upstreamMs;
  const told = { answer, report: admission.report, trail, caching, guarding, overheadMs };
  outlet.begin(answer.status, answerHeaders(told));
  const evidence = new Evidence();
  const end = outlet.isHeadOnly
    ? endAtHeaders(answer)
    : await relay(answer, outlet, observersOf(deps, run, answer, evidence));
  run.keepAlive.stop();
  const [unsaid, isRead] = [answer.unsaid?.() ?? null, answer.isRead?.() ?? false];
  if (unsaid !== null) evidence.add(unsaid);
  const error = errorOfStream(run, answer, end);
  const { tap, status } = answer;
  const { usage, stored = null, turn, isEventStream: isStream } = tap;
  if (turn) await keepTurn(deps, run.principal.userId, turn);
  await settleWhatIsShown(deps, run, { status, stored, usage, text: () => Buffer.from(evidence.text()), isStream });
  let costNanos: number | null = null;
  if (!isInBackground(run) || !(await isToldLater(deps, run, answer, { stored, ttftMs, overheadMs }))) {
    costNanos = await finishRun(deps, run, {
      status: statusOf(lifeline, error),
      httpStatus: status,
      errorCode: error?.code ?? null,
      usage: await usageOfStream(deps, run, answer, {
        evidence,
        isComplete: isRead || (end.failure === null && tap.failure === null && end.objection === null),
      }),
      savedNanos: savedBy(deps, run, answer, usage),
      ttftMs,
      overheadMs,
    });
  }
  if (error === null) {
    outlet.end(end.lastBytes);
    if (lifeline.severedBy === null && !outlet.isHeadOnly) caching?.keep(costNanos);
  } else outlet.cut(joined(end.lastBytes, isStuck(run) ? null : tap.fail(error)));
}

/** Null where the vendor was asked. */
function savedBy({ clock }: DeliverDeps, run: Run, answer: Answer, usage: Usage | null): number | null {
  if (answer.origin !== "cache") return null;
  if (usage === null) return run.caching?.costBefore ?? null;
  return costOfAnother(run.snapshot, answer.target, usage, clock.now());
}

/** The meter goes by what the evidence has been told. */
function observersOf(deps: MeterDeps, run: Run, answer: StreamAnswer, evidence: Evidence): readonly Observer[] {
  const { exchange, request, dialect, admission, keepAlive, trail } = run;
  const { target, tap, origin } = answer;
  if (origin === "cache") return [evidence, keepAlive];
  const own = { id: exchange.id, reservedNanos: admission.reservedNanos };
  const providers = trail.providers?.held ?? null;
  const holds = providers === null ? [own] : [own, providers];
  if (tap instanceof SessionTap) {
    const meter = sessionMeterOf(deps, { holds, snapshot: run.snapshot, target, tap });
    return meter === null ? [] : [meter];
  }
  const metered = { request, dialect, tap, evidence };
  const meter =
    answer.usageOfPart === undefined
      ? meterOf(deps, { ...metered, holds, target })
      : new TurningMeter(trail, () => {
          const open = trail.providers?.held ?? null;
          const all = open === null ? [own] : [own, open];
          return meterOf(deps, { ...metered, holds: all, target: trail.target ?? target });
        });
  return meter === null ? [evidence, keepAlive] : [evidence, meter, keepAlive];
}

/** Nothing else was asked for, and what is large is not fetched for that. */
function endAtHeaders({ source }: StreamAnswer): StreamEnd {
  source.abort();
  return { lastBytes: null, failure: null, objection: null };
}

function joined(...parts: readonly (Buffer | null)[]): Buffer {
  return Buffer.concat(parts.filter((part) => part !== null));
}

async function usageOfStream(
  { estimator }: Measuring,
  { request, dialect }: Run,
  { tap, origin, usageOfPart }: StreamAnswer,
  { evidence, isComplete }: { readonly evidence: Evidence; readonly isComplete: boolean },
): Promise<MeasuredUsage> {
  const ofPart = (await usageOfPart?.(isComplete)) ?? null;
  if (ofPart !== null) return ofPart;
  if (origin === "cache" || tokensOf(request.operation) === "none") return noUsage;
  const streamed = tap.isEventStream;
  return measureUsage({ told: tap.usage, isComplete, request, dialect, evidence, streamed, estimator });
}

interface Answered {
  readonly stored: StoredAnswer | null;
  readonly ttftMs: number;
  readonly overheadMs: number;
}

/** The vendor goes on in the background: its usage is not known yet, and the reservation is held until it is. */
async function isToldLater(deps: WaitingDeps, run: Run, answer: Answer, answered: Answered): Promise<boolean> {
  const { target, status } = answer;
  if (target === null || status >= 300) return false;
  run.trail.isFinished = await waitForEnd(deps, run, { target, httpStatus: status, ...answered });
  return run.trail.isFinished;
}

function isInBackground({ request }: Run): boolean {
  return request.kept?.isBackground === true;
}

interface ShownAnswer extends Pick<Shown, "stored" | "usage"> {
  readonly status: number;
  readonly text: () => Buffer;
  readonly isStream: boolean;
}

/** Who asks for what a vendor keeps may be the first to see that it is final. */
async function settleWhatIsShown(deps: SettlingDeps, run: Run, shown: ShownAnswer): Promise<number | null> {
  const { looksAt, dialect } = run;
  if (looksAt === undefined || shown.status >= 300) return null;
  if (looksAt.isDeleted) return settleDeleted(deps, looksAt);
  const readText = (): string => dialect.upstream.readText(shown.text().toString("utf8"), shown.isStream);
  return settleShown(deps, looksAt, { stored: shown.stored, usage: shown.usage, readText });
}

/** The time is over because the client does not read: it would not read the end either, and hold its socket for ever. */
function isStuck({ lifeline, outlet }: Run): boolean {
  return lifeline.severedBy === "timeout" && outlet.isFull;
}

function errorOfStream(run: Run, { tap }: StreamAnswer, { failure, objection }: StreamEnd): GhostError | null {
  // That the client left is no fault of anybody's.
  if (run.lifeline.severedBy === "client") return null;
  if (objection !== null) return objection;
  if (failure === null) return tap.failure === null ? null : new GhostError(tap.failure.code, tap.failure.message);
  if (run.lifeline.failure !== null) return run.lifeline.failure;
  return failure.kind === "timeout"
    ? new GhostError("timeout_error", "The provider's answer did not finish in time.")
    : brokenStream(run);
}

function brokenStream({ trail }: Run): GhostError {
  return new GhostError("provider_error", `${trail.target?.provider.name ?? "The provider"} broke off its answer.`);
}
