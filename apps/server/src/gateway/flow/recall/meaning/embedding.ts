// The vector of the text with which a request ends: asked of a provider, within a time, as a call of its own, which the caller is charged for by
// a record of its own. Called by alike.ts. Invariant: whatever becomes of it the request itself goes on, and a call that reached its vendor has
// one record.

import { GhostError, newId } from "@ghostllm/contract";
import { embeddingQuestion, memberOf } from "@ghostllm/llm";
import type { Dialect, ParsedRequest } from "@ghostllm/llm";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { Target } from "#domain/snapshot.ts";
import type { RequestFacts } from "#domain/usage-record.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { mostFor } from "#gateway/flow/admit.ts";
import { Evidence } from "#gateway/flow/answer/evidence.ts";
import type { VendorAnswer, WholeVendorAnswer } from "#gateway/flow/answer/answer.ts";
import { measureUsage } from "#gateway/flow/answer/measure.ts";
import { noUsage } from "#gateway/flow/answer/measured-usage.ts";
import { admitAtProvider } from "#gateway/flow/ask/admit-attempt.ts";
import { isAnswer } from "#gateway/flow/ask/judge.ts";
import { Patience } from "#gateway/flow/ask/patience.ts";
import { upstreamHeaders } from "#gateway/flow/ask/request-headers.ts";
import type { RequestHeaders } from "#gateway/flow/ask/request-headers.ts";
import { beginTry, tryTarget } from "#gateway/flow/ask/try-target.ts";
import type { TryDeps } from "#gateway/flow/ask/try-target.ts";
import { sumOf } from "#gateway/flow/ask/unanswered.ts";
import type { Run } from "#gateway/flow/call.ts";
import { finish } from "#gateway/flow/finish.ts";
import type { Ending, FinishDeps } from "#gateway/flow/finish.ts";
import { Trail } from "#gateway/flow/trail.ts";
import { needsCost } from "#link/counted-scopes.ts";
import { mostDimensions } from "#link/meanings.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { EmbeddingLine } from "./embedding-line.ts";

export type EmbeddingDeps = TryDeps &
  FinishDeps &
  Pick<GatewayDeps, "estimator" | "countedScopes" | "version" | "tracesVendors">;

/** Why there is no vector. */
export type NoVector = "late" | "failed" | "budget";

export interface EmbeddingWish {
  readonly text: string;
  /** To be asked. */
  readonly target: Target;
  readonly timeoutMs: number;
}

type Ended = Pick<Ending, "status" | "httpStatus" | "errorCode" | "usage" | "ttftMs">;

export class Embedding {
  readonly #deps: EmbeddingDeps;
  readonly #run: Run;
  readonly #wish: EmbeddingWish;
  readonly #request: ParsedRequest;
  readonly #dialect: Dialect;
  readonly #id: string;
  readonly #startedAt: number;
  readonly #arrivedAt: number;
  readonly #trail: Trail;

  constructor(deps: EmbeddingDeps, run: Run, wish: EmbeddingWish) {
    this.#deps = deps;
    this.#run = run;
    this.#wish = wish;
    ({ dialect: this.#dialect, request: this.#request } = embeddingQuestion(wish.target.model, wish.text));
    this.#startedAt = deps.clock.now();
    this.#arrivedAt = deps.clock.monotonic();
    this.#id = newId(this.#startedAt);
    this.#trail = new Trail(this.#arrivedAt);
  }

  async vector(): Promise<Float32Array | NoVector> {
    const { lifeline, exchange, trail } = this.#run;
    if (!(await this.#canAfford())) return "budget";
    const held = exchange.newHold();
    const line = new EmbeddingLine(lifeline, { held, elapsedMs: () => this.#elapsedMs() }, this.#wish.timeoutMs);
    let costNanos = 0;
    try {
      const terms = { ...this.#run.terms, id: this.#id, request: this.#request, demand: null };
      const admitted = { trail: this.#trail, terms, lifeline: line };
      if ((await admitAtProvider(this.#deps, admitted, this.#wish.target)) !== null) return "failed";
      const { answer, ended } = await this.#ask(line);
      costNanos = await this.#writeDown(ended);
      if (answer === null) return line.severedBy === "timeout" || ended.status === "timeout" ? "late" : "failed";
      return vectorIn(answer.body) ?? "failed";
    } finally {
      line.release();
      held.release();
      this.#trail.last?.work?.end(this.#deps.clock.monotonic());
      trail.waitedBeside(this.#elapsedMs(), costNanos);
    }
  }

  /** What it may cost is held by the reservation of its request, so that neither its limits of requests nor of those at a time know of it. */
  async #canAfford(): Promise<boolean> {
    const { scopes, exchange, terms } = this.#run;
    const counted = this.#deps.countedScopes.of(scopes);
    if (!counted.some(needsCost)) return true;
    const targets = [{ target: this.#wish.target, weight: 1 }];
    const candidates = { requested: this.#name, strategy: "ordered" as const, isAlias: false, scope: null, targets };
    try {
      const most = mostFor(
        { ...terms, request: this.#request, demand: null, candidates, dialect: this.#dialect.name },
        counted,
      );
      if (most.costNanos === 0) return true;
      return (await this.#deps.counters.extend({ id: exchange.id, costNanos: most.costNanos })) >= most.costNanos;
    } catch (error) {
      if (error instanceof GhostError) return false;
      throw error;
    }
  }

  async #ask(line: EmbeddingLine): Promise<{ readonly answer: WholeVendorAnswer | null; readonly ended: Ended }> {
    const [deps, trail, request] = [this.#deps, this.#trail, this.#request];
    const { target, timeoutMs } = this.#wish;
    const step = {
      target,
      leg: { targets: [target], isProbe: false, ledTo: null, policy: null, scope: null },
      pauseMs: 0,
    };
    const tried = trail.begin(target, deps.clock.monotonic());
    const input = {
      ...{
        requestId: this.#id,
        request,
        dialect: this.#dialect,
        lifeline: line,
        trail,
        isStrict: false,
        headers: this.#headers,
      },
      ...{ protection: null, content: null, caching: null, realtime: null, caller: this.#run.principal.userId },
    };
    beginTry(deps, input, step, tried);
    try {
      // Who is too slow for it again and again is left alone for a while, as every target is: a little before all of it is over.
      const patience = new Patience({ ...noTimeouts, firstTokenMs: Math.max(1, timeoutMs - 10) });
      const outcome = await tryTarget(deps, input, step, { tried, patience });
      if (outcome instanceof UpstreamFailure) return { answer: null, ended: this.#failed(line, outcome) };
      return await this.#read(outcome);
    } catch (error) {
      if (!(error instanceof GhostError)) throw error;
      const { status: httpStatus, code: errorCode } = error;
      return { answer: null, ended: { status: "error", httpStatus, errorCode, usage: noUsage, ttftMs: null } };
    }
  }

  async #read(answer: VendorAnswer) {
    const ttftMs = this.#elapsedMs();
    const { status: httpStatus } = answer;
    if (answer.kind !== "whole") {
      answer.source.abort();
      const ended: Ended = { status: "error", httpStatus, errorCode: "provider_error", usage: noUsage, ttftMs };
      return { answer: null, ended };
    }
    if (!isAnswer(answer) || answer.error !== null || httpStatus >= 300) {
      const ended: Ended = { status: "error", httpStatus, errorCode: "provider_error", usage: noUsage, ttftMs };
      return { answer: null, ended };
    }
    const { estimator } = this.#deps;
    const evidence = new Evidence();
    const measured = {
      told: answer.usage,
      isComplete: true,
      request: this.#request,
      dialect: this.#dialect,
      evidence,
      streamed: false,
    };
    const usage = await measureUsage({ ...measured, estimator });
    const ended: Ended = { status: "ok", httpStatus, errorCode: null, usage, ttftMs };
    return { answer, ended };
  }

  #failed({ severedBy }: EmbeddingLine, { kind }: UpstreamFailure): Ended {
    const usage = this.#trail.takeLast() ?? noUsage;
    if (severedBy === "timeout" || kind === "timeout")
      return { status: "timeout", httpStatus: 504, errorCode: "timeout_error", usage, ttftMs: null };
    if (severedBy === "client")
      return { status: "client_abort", httpStatus: 499, errorCode: null, usage, ttftMs: null };
    return { status: "error", httpStatus: 502, errorCode: "provider_error", usage, ttftMs: null };
  }

  /** Answers what it cost, 0 where nobody knows. Its request settles it. */
  async #writeDown(ended: Ended): Promise<number> {
    const { snapshot } = this.#run;
    const { target } = this.#wish;
    const cost = await finish(this.#deps, {
      ...{ facts: this.#facts, snapshot, target, provider: target.provider, isSettledElsewhere: true },
      ending: { ...ended, overheadMs: 0 },
      providers: this.#trail.providers?.costs,
    });
    return cost ?? 0;
  }

  /** What the client says to its vendor is not said to this one. */
  get #headers(): RequestHeaders {
    return { ...upstreamHeaders(this.#deps, this.#run.exchange, this.#dialect.client), forwarded: {} };
  }

  get #name(): string {
    return `semantic-cache:${this.#run.candidates.requested}`;
  }

  get #facts(): RequestFacts {
    const { principal, exchange, admission } = this.#run;
    const { userId, keyId: apiKeyId, teamId, organisationId } = principal;
    const [trail, elapsedMs] = [this.#trail, this.#elapsedMs()];
    return {
      ...{ id: this.#id, createdAt: this.#startedAt, userId, apiKeyId, teamId, organisationId },
      ...{ requestedModel: this.#name, dialect: this.#dialect.name, operation: "embeddings", streamed: false },
      ...sumOf(trail.unanswered, this.#deps.clock.now()),
      ...{ latencyMs: Math.round(elapsedMs), attempts: trail.attempts, trail: trail.told(elapsedMs) },
      ...{ privacy: null, content: null, ipAddress: exchange.ipAddress, userAgent: exchange.userAgent },
      ...{ budgetPeriods: admission.budgetPeriods, cache: null, downgradedTo: null, sessionId: null, shadow: false },
      why: { embeddedFor: exchange.id },
    };
  }

  #elapsedMs(): number {
    return this.#deps.clock.monotonic() - this.#arrivedAt;
  }
}

/** Of length 1; null where the answer has none. */
function vectorIn(body: Buffer): Float32Array | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
  const data = memberOf(parsed, "data");
  const told = Array.isArray(data) ? memberOf(data[0], "embedding") : null;
  if (!Array.isArray(told) || told.length === 0 || told.length > mostDimensions) return null;
  const vector = Float32Array.from(told, (value: unknown) => (typeof value === "number" ? value : Number.NaN));
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0) return null;
  return vector.map((value) => value / length);
}
