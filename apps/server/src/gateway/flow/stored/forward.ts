// A request about what a vendor keeps: one call to the provider that holds it, which is nobody else's to answer.
// Called by gateway/endpoints/stored-objects.ts. Invariant: whoever is admitted is settled, once, however the request ends.

import { GhostError } from "@ghostllm/contract";
import { passageBetween, storedUrlOf, wayTo } from "@ghostllm/llm";
import type { Dialect, ParsedRequest, StoredObjects, StoredRoute, Way } from "@ghostllm/llm";
import { freePrices } from "#domain/prices.ts";
import type { LimitedScope, Principal } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { UpstreamCall, UpstreamRequest } from "#gateway/upstream/upstream.ts";
import type { RateReport } from "#link/counters/counters.ts";
import { admit, rateHeaders } from "#gateway/flow/admit.ts";
import { callVendor, headersFor } from "#gateway/flow/ask/attempt.ts";
import { attemptOnce } from "#gateway/flow/ask/attempts.ts";
import { deliver, finishWithoutAnswer } from "#gateway/flow/answer/deliver.ts";
import type { Run } from "#gateway/flow/answer/deliver.ts";
import { upstreamHeaders } from "#gateway/flow/ask/request-headers.ts";
import type { Holder } from "./holder.ts";
import { Lifeline } from "#gateway/flow/ask/lifeline.ts";
import { checkMayAdmit } from "#gateway/flow/may-admit.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";
import { Trail } from "#gateway/flow/trail.ts";
import type { VendorAnswer } from "#gateway/flow/ask/vendor-answer.ts";

const reservationMarginMs = 60_000;

export interface ForwardCall {
  readonly exchange: Exchange;
  readonly principal: Principal;
  /** The client's. */
  readonly dialect: Dialect;
  readonly objects: StoredObjects;
  readonly route: StoredRoute;
  readonly id: string | null;
  /** Null where the method has none. */
  readonly body: Buffer | null;
  readonly holder: Holder;
}

/** Answers the client. Throws GhostError for what the endpoint is to answer, with nothing sent yet. */
export async function forward(deps: GatewayDeps, call: ForwardCall): Promise<void> {
  const way = wayOf(call);
  checkMayAdmit(deps);
  const target = targetOf(call);
  const request = requestOf(call, target);
  const candidates = candidatesOf(call, target);
  const admission = await admit(admissionInput(deps, call, { request, candidates }));
  const lifeline = new Lifeline(deps, call);
  const run: Run = { ...call, request, candidates, admission, lifeline, trail: new Trail(), ...looksAt(call) };
  try {
    if (lifeline.failure !== null) throw lifeline.failure;
    const answer = await obtainAnswer(deps, call, run, { way, target });
    rememberOwners(deps, call, answer);
    await deliver(deps, run, answer);
  } catch (error) {
    lifeline.abandon();
    if (!run.trail.isFinished) await finishWithoutAnswer(deps, run, error);
    throw error;
  } finally {
    lifeline.release();
  }
}

function wayOf({ holder: { provider }, dialect, objects }: ForwardCall): Way {
  const way = wayTo(provider.definition, dialect.name, objects.operation, "");
  if (way !== null) return way;
  throw new GhostError("not_found", `${provider.name} keeps it, but does not offer ${objects.operation}.`);
}

/** Looking is free; what the work will cost that is begun here, nobody tells. */
function targetOf({ holder: { provider, owner }, route }: ForwardCall): Target {
  const prices = route.cost === "unknown" ? null : freePrices;
  const model = owner?.model ?? "";
  return {
    provider,
    model,
    modelId: null,
    prices,
    contextLength: null,
    capabilities: null,
    displayName: null,
    createdAt: 0,
  };
}

function candidatesOf({ holder: { owner } }: ForwardCall, target: Target): Candidates {
  const requested = owner?.requestedModel ?? "";
  return { requested, strategy: "ordered", targets: [{ target, weight: 1 }], isAlias: false };
}

function requestOf({ exchange, objects, body }: ForwardCall, { model }: Target): ParsedRequest {
  return {
    operation: objects.operation,
    body: body ?? Buffer.alloc(0),
    members: null,
    model,
    stream: new URLSearchParams(exchange.query).get("stream") === "true",
    wantsStreamUsage: true,
    promptTokensEstimate: 0,
    maxOutputTokens: null,
    answers: 1,
  };
}

interface Asked {
  readonly request: ParsedRequest;
  readonly candidates: Candidates;
}

function admissionInput(deps: GatewayDeps, { exchange, principal }: ForwardCall, { request, candidates }: Asked) {
  const countedAt = deps.clock.monotonic();
  return {
    id: exchange.id,
    principal: { ...principal, scopes: principal.scopes.map(withoutConcurrency) },
    request,
    candidates,
    dialect: null,
    longerContext: 0,
    counters: deps.counters,
    assumedOutputTokens: 0,
    now: exchange.startedAt,
    countedAt,
    expiresAt: countedAt + deps.timeouts.totalMs + reservationMarginMs,
    onRefusal: (report: RateReport) => exchange.addHeaders(rateHeaders(report)),
  };
}

/** What runs in the background counts as running until somebody asks for it: that must not be what stops them. */
function withoutConcurrency(scope: LimitedScope): LimitedScope {
  return { ...scope, limits: { ...scope.limits, concurrentRequests: null } };
}

/** The answer itself, or its end; its parts say nothing about how it is. */
function looksAt({ id, holder, route }: ForwardCall): Pick<Run, "looksAt"> {
  if (id === null) return {};
  return { looksAt: { providerId: holder.provider.id, answerId: id, isDeleted: route.method === "DELETE" } };
}

interface Place {
  readonly way: Way;
  readonly target: Target;
}

function obtainAnswer(deps: GatewayDeps, call: ForwardCall, run: Run, { way, target }: Place): Promise<VendorAnswer> {
  const { exchange, dialect, route, body, id } = call;
  const { request, lifeline, trail } = run;
  const headers = upstreamHeaders(deps, exchange, dialect.client);
  const behind = route.behind.replace("{id}", () => encodeURIComponent(id ?? ""));
  const input = { ...target.provider, model: target.model, stream: request.stream };
  const sent: UpstreamRequest = {
    method: route.method,
    url: storedUrlOf(way, input, { behind, query: exchange.query }),
    headers: withTypeOf(call, headersFor({ target, request, headers }, true)),
    body,
  };
  const onCall = (made: UpstreamCall): void => trail.hold(made);
  const { upstream, authenticator, heavyWork, limits } = deps;
  const { answerBufferBytes } = limits;
  const reads = { request, dialect, facts: nothingKnown, seals: noSeals, heavyWork };
  const vendor = { ...reads, target, upstream, authenticator, lifeline, answerBufferBytes, onCall };
  const passed = { passage: passageBetween(dialect, dialect, request.operation), upstream: dialect.name, notes: [] };
  const requestId = exchange.id;
  return attemptOnce(deps, { requestId, target, lifeline, trail, call: () => callVendor(vendor, sent, passed) });
}

const nothingKnown = { requestId: "", nowSeconds: 0 };
const noSeals = { find: () => undefined, keep: () => undefined };

/** A form says in its type where its parts begin; what has no body has no type. */
function withTypeOf({ exchange, body }: ForwardCall, headers: Record<string, string>): Record<string, string> {
  const { "content-type": usual = "", ...others } = headers;
  if (body === null || body.length === 0) return others;
  return { ...others, "content-type": exchange.header("content-type") ?? usual };
}

/** What is made belongs to whoever made it, and so does what comes of it. What nobody remembers stays nobody's. */
function rememberOwners(
  deps: GatewayDeps,
  { route, objects, holder, principal, id }: ForwardCall,
  answer: VendorAnswer,
): void {
  if (route.names !== true || answer.kind !== "whole" || answer.status >= 300) return;
  const { userId } = principal;
  const made = { userId, providerId: holder.provider.id, model: "", requestedModel: "" };
  const owner = id === null ? made : holder.owner;
  if (owner !== null) for (const name of objects.readNames(answer.body)) deps.objectOwners.keep(name, owner);
}
