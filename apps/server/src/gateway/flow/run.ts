// What all requests to vendors have in common, whatever they ask: they are admitted, tied to their client, to the clock and to the
// right to go on, asked, answered and finished. Called by execute.ts and forward.ts.
// Invariant: whoever is admitted is settled, once, however the request ends.

import type { ParsedRequest } from "@ghostllm/llm";
import type { Timeouts } from "#config/config.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { RateReport } from "#link/counters.ts";
import { cutBegun, deliver } from "#gateway/flow/answer/deliver.ts";
import type { DeliverDeps } from "#gateway/flow/answer/deliver.ts";
import type { Answer } from "#gateway/flow/answer/answer.ts";
import { KeepAlive } from "#gateway/flow/answer/keep-alive.ts";
import { timesAskedFor } from "#gateway/flow/ask/asked-times.ts";
import { Lifeline } from "#gateway/flow/ask/lifeline.ts";
import { backgroundLifetimeMs } from "#gateway/flow/stored/background.ts";
import { rateHeaders } from "./admit.ts";
import type { Admission, AdmissionInput } from "./admit.ts";
import { admitInTurn } from "./admit-in-turn.ts";
import type { Entering, InTurnDeps } from "./admit-in-turn.ts";
import type { Call, Run } from "./call.ts";
import { giveBack, obtainConsent } from "./consent.ts";
import type { Consent, ConsentDeps } from "./consent.ts";
import { guardAnswer } from "./guard/guard-answer.ts";
import type { GuardAnswerDeps } from "./guard/guard-answer.ts";
import { guardRequest } from "./guard/guard-request.ts";
import type { GuardRequestDeps } from "./guard/guard-request.ts";
import { guardingOf } from "./guard/guarding.ts";
import type { GuardingDeps } from "./guard/guarding.ts";
import { contentOf } from "./content/content-keeper.ts";
import type { ContentDeps } from "./content/content-keeper.ts";
import { finishWithoutAnswer } from "./ending.ts";
import { cachingOf } from "./recall/caching.ts";
import type { CachingDeps } from "./recall/caching.ts";
import { downgradeHeader } from "#gateway/flow/answer/answer-headers.ts";
import { findModel, isWithinTeam } from "./resolve.ts";
import type { Candidates } from "./resolve.ts";
import { narrow } from "./plan/narrow.ts";
import { checkMayAdmit } from "./may-admit.ts";
import { timed } from "./timed.ts";
import { Trail } from "./trail.ts";

type AdmissionDeps = Pick<GatewayDeps, "counters" | "countedScopes" | "limits" | "timeouts" | "clock">;
export type RunDeps = DeliverDeps &
  AdmissionDeps &
  ConsentDeps &
  ContentDeps &
  CachingDeps &
  GuardingDeps &
  GuardRequestDeps &
  GuardAnswerDeps &
  InTurnDeps &
  Pick<GatewayDeps, "waitingRoom" | "lease" | "runningCalls" | "liveEvents">;

/** A reservation outlives the longest request by this, so that only a leaked one ever expires. */
const reservationMarginMs = 60_000;

/** Answers the client with what `ask` finds. Throws GhostError for what the endpoint is to answer, with nothing sent yet. */
export async function withRun(deps: RunDeps, call: Call, ask: (run: Run) => Promise<Answer>): Promise<void> {
  checkMayAdmit(deps);
  const { arrivedAt } = call.exchange;
  const readAt = deps.clock.monotonic();
  call.exchange.trace?.read(call.request.operation, readAt);
  const times = timesAskedFor(call);
  const input = admissionInput(deps, call);
  const { trace } = call.exchange;
  const trail = new Trail(arrivedAt, trace);
  const totalMs = Math.min(deps.timeouts.totalMs, times?.totalMs ?? Infinity);
  const entering = { call, input, trail, totalMs };
  const admitted = deps.liveEvents.isWanted ? admitAloud(deps, entering) : admitInTurn(deps, entering);
  const admission = admitted instanceof Promise ? await admitted : admitted;
  const { downgraded } = admission;
  if (downgraded !== null) call.outlet.addHeaders(downgradeHeader(downgraded.alias));
  const candidates = downgraded?.candidates ?? call.candidates;
  const aliasMs = candidates.policy?.timeouts.totalMs ?? Infinity;
  // For its turn.
  const waitedMs = trail.upstreamMs;
  const lifeline = new Lifeline(deps, call, Math.max(1, Math.min(totalMs, aliasMs) - waitedMs));
  const keepAlive = new KeepAlive(deps, { ...call, report: admission.report });
  const content = contentOf(deps, call);
  const caching = cachingOf(deps, call, candidates);
  const guarding = guardingOf(deps, call, downgraded);
  const admittedAt = deps.clock.monotonic();
  trail.why.admitted(readAt - arrivedAt, admittedAt - arrivedAt - waitedMs);
  trace?.admitted(admittedAt, waitedMs);
  const begun = { admission, terms: input, times, lifeline, keepAlive, content, caching, guarding, trail };
  return await answer(deps, { ...call, candidates, ...begun }, { input, ask });
}

interface Asking {
  readonly input: AdmissionInput;
  readonly ask: (run: Run) => Promise<Answer>;
}

async function answer(deps: RunDeps, admitted: Run, { input, ask }: Asking): Promise<void> {
  const { lifeline, keepAlive, trail } = admitted;
  let run = admitted;
  let consent: Consent | null = null;
  try {
    if (lifeline.failure !== null) throw lifeline.failure;
    if (run.guarding !== null)
      run = withRequest(deps, run, await timed(deps, run, "guardrails.input", () => guardRequest(deps, admitted)));
    const obtained = obtainConsent(deps, run, input);
    consent = obtained instanceof Promise ? await timed(deps, run, "consent", () => obtained) : obtained;
    const told = await ask(run);
    await deliver(deps, run, run.guarding === null ? told : await guardTold(deps, run, told));
  } catch (error) {
    lifeline.abandon();
    if (consent !== null) await giveBack(deps, run, consent);
    if (!trail.isFinished) await finishWithoutAnswer(deps, run, error);
    if (run.guarding !== null) run.outlet.addHeaders(run.guarding.header ?? {});
    if (keepAlive.hasBegun) cutBegun(run, error);
    throw error;
  } finally {
    keepAlive.stop();
    run.caching?.release(lifeline.severedBy);
    lifeline.release();
    trail.last?.work?.end(deps.clock.monotonic());
    deps.waitingRoom.tryNext();
    deps.places.left(run.scopes);
  }
}

function guardTold(deps: RunDeps, run: Run, told: Answer): Promise<Answer> {
  return timed(deps, run, "guardrails.output", () => guardAnswer(deps, run, told));
}

/** What is stored and kept of it is what is asked. */
function withRequest(deps: RunDeps, run: Run, request: ParsedRequest): Run {
  if (request === run.request) return run;
  const asked = { ...run, request };
  return { ...asked, content: contentOf(deps, asked), caching: cachingOf(deps, asked, run.candidates) };
}

/** Whoever looks on is told what comes of it. */
async function admitAloud(deps: RunDeps, entering: Entering): Promise<Admission> {
  try {
    const admission = await admitInTurn(deps, entering);
    deps.liveEvents.admitted(entering.call);
    return admission;
  } catch (error) {
    deps.liveEvents.refused(entering.call, error);
    throw error;
  }
}

/** By what the call is admitted. */
export function admissionInput(deps: AdmissionDeps, call: Call): AdmissionInput {
  const { counters, countedScopes, limits, timeouts } = deps;
  const { exchange, outlet, request, dialect, candidates, demand, scopes } = call;
  return {
    id: exchange.id,
    scopes,
    request,
    demand,
    candidates,
    dialect: dialect.name,
    longerContext: longerContextOf(call),
    counters,
    countedScopes,
    findAlias: canChangeModel(call) ? (name) => aliasNamed(deps, call, name) : null,
    assumedOutputTokens: limits.assumedOutputTokens,
    now: exchange.startedAt,
    lifetimeMs: longestMs(timeouts, request) + reservationMarginMs,
    onRefusal: (report: RateReport) => outlet.addHeaders(rateHeaders(report)),
  };
}

/** What a vendor keeps is to be found at that vendor alone, and a request may say that it is for no other name. */
function canChangeModel({ request: { kept }, looksAt, routing }: Call): boolean {
  return looksAt === undefined && (kept?.references ?? []).length === 0 && routing?.fallsBack !== false;
}

function aliasNamed(deps: AdmissionDeps, call: Call, name: string): Candidates | null {
  const { snapshot, principal } = call;
  const found = narrow(deps, call, findModel(snapshot, name, principal));
  return found.isAlias && found.targets.length > 0 && isWithinTeam(principal, found) ? found : null;
}

function longerContextOf({ exchange, dialect }: Call): number {
  const { longerContext } = dialect.client;
  if (longerContext === undefined) return 0;
  return exchange.header(longerContext.header)?.includes(longerContext.word) === true ? longerContext.tokens : 0;
}

/** What a vendor does in the background goes on when it has answered. */
function longestMs({ totalMs }: Pick<Timeouts, "totalMs">, { kept }: ParsedRequest): number {
  return totalMs + (kept?.isBackground ? backgroundLifetimeMs : 0);
}
