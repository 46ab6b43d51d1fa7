// A request about what a vendor keeps: one call to the provider that holds it, which is nobody else's to answer.
// Called by gateway/endpoints/stored-objects.ts.

import { GhostError } from "@ghostllm/contract";
import { passageBetween, storedUrlOf, wayTo } from "@ghostllm/llm";
import type { ParsedRequest, StoredObjects, StoredRoute, Way } from "@ghostllm/llm";
import type { Awaitable } from "#domain/clock.ts";
import { freePrices } from "#domain/prices.ts";
import type { LimitedScope } from "#domain/principal.ts";
import { unlistedTarget } from "#domain/snapshot.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { UpstreamCall, UpstreamRequest } from "#gateway/upstream/upstream.ts";
import type { VendorAnswer } from "#gateway/flow/answer/answer.ts";
import { callVendor, headersFor } from "#gateway/flow/ask/attempt.ts";
import { attemptOnce } from "#gateway/flow/ask/attempts.ts";
import { upstreamHeaders } from "#gateway/flow/ask/request-headers.ts";
import type { Call, Run } from "#gateway/flow/call.ts";
import { withRun } from "#gateway/flow/run.ts";
import type { RunDeps } from "#gateway/flow/run.ts";
import { keepOwner } from "./holder.ts";
import type { Holder } from "./holder.ts";

export type ForwardDeps = RunDeps &
  Pick<GatewayDeps, "upstream" | "authenticator" | "heavyWork" | "owners" | "version" | "tracesVendors">;

export interface ForwardCall extends Pick<
  Call,
  "exchange" | "outlet" | "snapshot" | "principal" | "dialect" | "protection"
> {
  readonly objects: StoredObjects;
  readonly route: StoredRoute;
  readonly id: string | null;
  /** Null where the method has none. */
  readonly body: Buffer | null;
  readonly holder: Holder;
}

/** Answers the client. Throws GhostError for what the endpoint is to answer, with nothing sent yet. */
export async function forward(deps: ForwardDeps, call: ForwardCall): Promise<void> {
  const way = wayOf(call);
  const target = targetOf(call);
  await withRun(deps, callOf(call, target), (run) => obtainAnswer(deps, call, run, { way, target }));
}

function wayOf({ holder: { provider }, dialect, objects }: ForwardCall): Way {
  const way = wayTo(provider.definition, dialect.name, objects.operation, "");
  if (way !== null) return way;
  throw new GhostError("not_found", `${provider.name} keeps it, but does not offer ${objects.operation}.`);
}

/** Looking is free; what the work will cost that is begun here, nobody tells. */
function targetOf({ holder: { provider, owner }, route }: ForwardCall): Target {
  const prices = route.cost === "unknown" ? null : freePrices;
  return unlistedTarget(provider, owner?.model ?? "", { prices });
}

function callOf(forwarded: ForwardCall, target: Target): Call {
  const { exchange, outlet, snapshot, principal, protection, dialect, holder } = forwarded;
  const requested = holder.owner?.requestedModel ?? "";
  return {
    exchange,
    outlet,
    snapshot,
    principal,
    protection,
    dialect,
    request: requestOf(forwarded, target),
    candidates: { requested, strategy: "ordered", targets: [{ target, weight: 1 }], isAlias: false, scope: null },
    demand: null,
    work: workOf(forwarded),
    scopes: principal.scopes.map(withoutConcurrency),
    ...looksAt(forwarded),
  };
}

/** What brings a vendor nothing looks, stops or removes. */
function workOf({ route, body }: ForwardCall): Call["work"] {
  if (route.cost === "unknown") return "unseen";
  return body === null || body.length === 0 ? "none" : "said";
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

/** What runs in the background counts as running until somebody asks for it: that must not be what stops them. */
function withoutConcurrency(scope: LimitedScope): LimitedScope {
  return { ...scope, limits: { ...scope.limits, concurrentRequests: null } };
}

/** The answer itself, or its end; its parts say nothing about how it is. */
function looksAt({ id, holder, route }: ForwardCall): Pick<Call, "looksAt"> {
  if (id === null) return {};
  return { looksAt: { providerId: holder.provider.id, answerId: id, isDeleted: route.method === "DELETE" } };
}

interface Place {
  readonly way: Way;
  readonly target: Target;
}

async function obtainAnswer(
  deps: ForwardDeps,
  call: ForwardCall,
  run: Run,
  { way, target }: Place,
): Promise<VendorAnswer> {
  const { exchange, dialect, route, body, id, protection } = call;
  const { request, lifeline, trail, terms, content } = run;
  const headers = upstreamHeaders(deps, exchange, dialect.client);
  const behind = route.behind.replace("{id}", () => encodeURIComponent(id ?? ""));
  const input = { ...target.provider, model: target.model, stream: request.stream };
  const sent: UpstreamRequest = {
    method: route.method,
    url: storedUrlOf(way, input, { behind, query: exchange.query }),
    headers: withTypeOf(call, headersFor({ target, request, headers }, true)),
    body: body === null ? null : request.body,
  };
  const onCall = (made: UpstreamCall): void => trail.hold(made);
  const { upstream, authenticator, heavyWork, limits } = deps;
  const { answerBufferBytes } = limits;
  const reads = { request, protection, content, dialect, facts: nothingKnown, heavyWork };
  const vendor = { ...reads, target, upstream, authenticator, lifeline, answerBufferBytes, onCall, caching: null };
  const passed = { passage: passageBetween(dialect, dialect, request.operation), upstream: dialect.name, notes: [] };
  const requestId = exchange.id;
  const asked = { requestId, target, lifeline, trail, terms, call: () => callVendor(vendor, sent, passed) };
  const answer = await attemptOnce(deps, asked);
  await rememberOwners(deps, call, answer);
  return answer;
}

const nothingKnown = { requestId: "", nowSeconds: 0 };

/** A form says in its type where its parts begin; what has no body has no type. */
function withTypeOf({ exchange, body }: ForwardCall, headers: Record<string, string>): Record<string, string> {
  const { "content-type": usual = "", ...others } = headers;
  if (body === null || body.length === 0) return others;
  return { ...others, "content-type": exchange.header("content-type") ?? usual };
}

/** What is made belongs to whoever made it, and so does what comes of it. What nobody remembers stays nobody's. */
function rememberOwners(
  deps: Pick<GatewayDeps, "owners" | "events">,
  { route, objects, holder, principal, id }: ForwardCall,
  answer: VendorAnswer,
): Awaitable<void> {
  if (route.names !== true || answer.kind !== "whole" || answer.status >= 300) return undefined;
  const { userId } = principal;
  const made = { userId, providerId: holder.provider.id, model: "", requestedModel: "" };
  const owner = id === null ? made : holder.owner;
  return owner === null ? undefined : keepOwner(deps, objects.readNames(answer.body), owner);
}
