// One copy of a request: asked of its target once, within the limits of its provider, read to its end, and written down for nobody's account.
// Called by shadows.ts. Invariant: a copy that reached its vendor has one record, however it ended, and holds nothing afterwards.

import { GhostError, newId } from "@ghostllm/contract";
import { tokensOf } from "@ghostllm/llm";
import type { AliasShadow } from "#domain/alias-policy.ts";
import type { Target } from "#domain/snapshot.ts";
import type { RequestFacts } from "#domain/usage-record.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { Evidence } from "#gateway/flow/answer/evidence.ts";
import { measureUsage } from "#gateway/flow/answer/measure.ts";
import { noUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { VendorAnswer } from "#gateway/flow/answer/answer.ts";
import { relay } from "#gateway/flow/answer/relay.ts";
import { admitAtProvider } from "#gateway/flow/ask/admit-attempt.ts";
import { isAnswer } from "#gateway/flow/ask/judge.ts";
import type { RequestHeaders } from "#gateway/flow/ask/request-headers.ts";
import { upstreamHeaders } from "#gateway/flow/ask/request-headers.ts";
import { beginTry, tryTarget } from "#gateway/flow/ask/try-target.ts";
import type { TryDeps } from "#gateway/flow/ask/try-target.ts";
import { sumOf, usageOfBegun } from "#gateway/flow/ask/unanswered.ts";
import type { Run } from "#gateway/flow/call.ts";
import { finish } from "#gateway/flow/finish.ts";
import type { Ending, FinishDeps } from "#gateway/flow/finish.ts";
import { Trail } from "#gateway/flow/trail.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { ShadowLine } from "./shadow-line.ts";
import type { Copy } from "./shadows.ts";

export type CopyDeps = TryDeps &
  FinishDeps &
  Pick<GatewayDeps, "runningCalls" | "estimator" | "timeouts" | "version" | "tracesVendors">;

/** In place of the ids of a user and of his key. */
const nobody = "shadow";

/** Whoever would read it reads as fast as it comes. */
const nowhere = { isClientGone: false, isFull: false, write: () => true, whenDrained: () => undefined };

type Ended = Pick<Ending, "status" | "httpStatus" | "errorCode" | "usage" | "ttftMs">;

export class ShadowCopy implements Copy {
  readonly shadow: AliasShadow;
  readonly #deps: CopyDeps;
  readonly #run: Run;
  readonly #target: Target;
  readonly #id: string;
  readonly #startedAt: number;
  readonly #arrivedAt: number;
  readonly #trail: Trail;
  readonly #line: ShadowLine;
  #isStopped = false;
  readonly #over = Promise.withResolvers<void>();

  constructor(deps: CopyDeps, run: Run, shadow: AliasShadow, target: Target) {
    this.shadow = shadow;
    this.#deps = deps;
    this.#run = run;
    this.#target = target;
    this.#startedAt = deps.clock.now();
    this.#arrivedAt = deps.clock.monotonic();
    this.#id = newId(this.#startedAt);
    const origin = { id: this.#id, startedAt: this.#startedAt, arrivedAt: this.#arrivedAt };
    this.#trail = new Trail(this.#arrivedAt, run.exchange.trace?.copy(origin) ?? null);
    const held = run.exchange.newHold();
    const totalMs = Math.min(deps.timeouts.totalMs, run.candidates.policy?.timeouts.totalMs ?? Infinity);
    this.#line = new ShadowLine(run.principal, target, { held, elapsedMs: () => this.#elapsedMs() }, totalMs);
  }

  /** Resolves when nothing of it goes on; never rejects. */
  async run(): Promise<void> {
    const { events, runningCalls } = this.#deps;
    runningCalls.add(this.#line);
    try {
      events.shadowed({ alias: this.shadow.alias, outcome: this.#isStopped ? "busy" : await this.#ask() });
    } catch (error) {
      events.internalError("shadow", error);
    } finally {
      runningCalls.delete(this.#line);
      this.#line.release();
      this.#line.exchange.held.release();
      this.#trail.last?.work?.end(this.#deps.clock.monotonic());
      if (this.#trail.target !== null) this.#trail.trace?.end(this.#elapsedMs());
      this.#over.resolve();
    }
  }

  /** Resolves when it is written down. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#line.withdraw("stopping");
    return this.#over.promise;
  }

  async #ask(): Promise<"ok" | "failed" | "aborted" | "no_room"> {
    const [deps, run, line, trail] = [this.#deps, this.#run, this.#line, this.#trail];
    if (line.exchange.held.become(run.request.body.length) !== null) return "no_room";
    const terms = { ...run.terms, id: this.#id };
    if ((await admitAtProvider(deps, { trail, terms, lifeline: line }, this.#target)) !== null) return "no_room";
    const ended = await this.#askVendor();
    await finish(this.#booksOfShadows, {
      ...{ facts: this.#facts, snapshot: run.snapshot, target: this.#target, provider: this.#target.provider },
      ending: { ...ended, overheadMs: 0 },
      providers: trail.providers?.costs,
      trace: trail.trace,
    });
    if (line.severedBy !== null) return "aborted";
    return ended.status === "ok" ? "ok" : "failed";
  }

  async #askVendor(): Promise<Ended> {
    const [deps, trail, line] = [this.#deps, this.#trail, this.#line];
    const { request, dialect, principal } = this.#run;
    const step = { target: this.#target, leg: legOf(this.#target), pauseMs: 0 };
    const tried = trail.begin(this.#target, deps.clock.monotonic());
    const asked = {
      requestId: this.#id,
      request,
      protection: null,
      content: null,
      caching: null,
      realtime: null,
      dialect,
    };
    const input = {
      ...asked,
      isStrict: false,
      caller: principal.userId,
      headers: this.#headers,
      lifeline: line,
      trail,
    };
    beginTry(deps, input, step, tried);
    try {
      const outcome = await tryTarget(deps, input, step, { tried, patience: null });
      tried.answeredAt = deps.clock.monotonic();
      if (outcome instanceof UpstreamFailure) return this.#failed(outcome.kind === "timeout" ? 504 : 502);
      return await this.#read(outcome, this.#elapsedMs());
    } catch (error) {
      if (!(error instanceof GhostError)) throw error;
      return { status: "error", httpStatus: error.status, errorCode: error.code, usage: noUsage, ttftMs: null };
    }
  }

  /** To its end, so that all of it is counted. */
  async #read(answer: VendorAnswer, ttftMs: number): Promise<Ended> {
    const { request, dialect } = this.#run;
    const { estimator } = this.#deps;
    const evidence = new Evidence();
    const { status: httpStatus } = answer;
    if (!isAnswer(answer) || httpStatus >= 300)
      return { status: "error", httpStatus, errorCode: "provider_error", usage: noUsage, ttftMs };
    let isComplete = true;
    if (answer.kind === "whole") evidence.add(answer.body);
    else {
      const end = await relay(answer, nowhere, [evidence]);
      isComplete = end.failure === null && answer.tap.failure === null;
    }
    const told = answer.kind === "whole" ? answer.usage : answer.tap.usage;
    const streamed = answer.kind === "stream" && answer.tap.isEventStream;
    const isCounted = tokensOf(request.operation) !== "none";
    const usage = isCounted
      ? await measureUsage({ told, isComplete, request, dialect, evidence, streamed, estimator })
      : noUsage;
    if (!isComplete) return { ...this.#failed(httpStatus), usage, ttftMs };
    return { status: "ok", httpStatus, errorCode: null, usage, ttftMs };
  }

  #failed(httpStatus: number): Ended {
    const { severedBy } = this.#line;
    const usage: MeasuredUsage = this.#trail.takeLast() ?? (severedBy === null ? noUsage : this.#usageOfBegun);
    const told = { httpStatus, usage, ttftMs: null };
    if (severedBy === "timeout") return { ...told, status: "timeout", errorCode: "timeout_error" };
    if (severedBy === null) return { ...told, status: "error", errorCode: "provider_error" };
    return { ...told, status: "shutdown", errorCode: "service_unavailable" };
  }

  get #usageOfBegun(): MeasuredUsage {
    const { limits, clock } = this.#deps;
    const { request } = this.#run;
    const { assumedOutputTokens } = limits;
    return usageOfBegun(this.#trail.begun({ request, assumedOutputTokens, now: clock.monotonic() }));
  }

  /** Told to no other vendor twice: what makes a request the same one there is left out. */
  get #headers(): RequestHeaders {
    const { exchange, dialect } = this.#run;
    const { own, forwarded } = upstreamHeaders(this.#deps, exchange, dialect.client);
    const { immaterialHeaders } = dialect.client.recall;
    const kept = Object.entries(forwarded).filter(([name]) => !immaterialHeaders.includes(name));
    return { own, forwarded: Object.fromEntries(kept) };
  }

  /** It is in none of the figures of requests. */
  get #booksOfShadows(): FinishDeps {
    const { counters, journal, clock, events } = this.#deps;
    return { counters, journal, clock, events: { ...events, requestFinished: () => undefined } };
  }

  get #facts(): RequestFacts {
    const { request, dialect, exchange } = this.#run;
    const [trail, elapsedMs] = [this.#trail, this.#elapsedMs()];
    return {
      ...{ id: this.#id, createdAt: this.#startedAt },
      ...{ userId: nobody, apiKeyId: nobody, teamId: null, organisationId: null },
      ...{ requestedModel: `shadow:${this.shadow.alias}`, dialect: dialect.name, operation: request.operation },
      ...{ streamed: request.stream, ...sumOf(trail.unanswered, this.#deps.clock.now()) },
      ...{ latencyMs: Math.round(elapsedMs), attempts: trail.attempts, trail: trail.told(elapsedMs) },
      ...{ privacy: null, content: null, ipAddress: null, userAgent: null, budgetPeriods: null },
      ...{ cache: null, downgradedTo: null, sessionId: null, shadow: true, why: { shadowOf: exchange.id } },
    };
  }

  #elapsedMs(): number {
    return this.#deps.clock.monotonic() - this.#arrivedAt;
  }
}

/** Nobody else is asked. */
function legOf(target: Target) {
  return { targets: [target], isProbe: false, ledTo: null, policy: null, scope: null };
}
