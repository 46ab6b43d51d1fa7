// What a model is asked: from the decoded body to the answer, in a straight line of named values.
// Called by gateway/endpoints/inference.ts.

import type { Awaitable } from "#domain/clock.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Answer, VendorAnswer } from "#gateway/flow/answer/answer.ts";
import { attemptTargets } from "#gateway/flow/ask/attempts.ts";
import type { AskDeps } from "#gateway/flow/ask/attempts.ts";
import type { QueuePlace } from "#gateway/flow/ask/wait-for-room.ts";
import { upstreamHeaders } from "#gateway/flow/ask/request-headers.ts";
import { followReferences, keepOwner } from "#gateway/flow/stored/holder.ts";
import type { Call, Run } from "./call.ts";
import { continuable } from "./continuing/continuation.ts";
import { autoCandidates } from "./auto-candidates.ts";
import { answerCount, canBeCounted, obtainCount } from "./count-tokens.ts";
import { ledTo, wayOf } from "./legs.ts";
import type { LegDeps } from "./legs.ts";
import type { Caching } from "./recall/caching.ts";
import { recall } from "./recall/recall.ts";
import type { RecallDeps } from "./recall/recall.ts";
import { checkRouting, narrow } from "./plan/narrow.ts";
import type { PlanDeps } from "./plan/plan-input.ts";
import { checkPermission, isAuto, resolveModel } from "./resolve.ts";
import type { Candidates } from "./resolve.ts";
import { castShadow } from "./shadow/cast-shadow.ts";
import type { ShadowDeps } from "./shadow/cast-shadow.ts";
import { withRun } from "./run.ts";
import type { RunDeps } from "./run.ts";

type ResolveDeps = PlanDeps & Pick<GatewayDeps, "owners">;
type OwnDeps = Pick<GatewayDeps, "owners" | "version" | "tracesVendors">;
export type ExecuteDeps = RunDeps & AskDeps & LegDeps & RecallDeps & ShadowDeps & OwnDeps;
export type InferenceCall = Omit<Call, "candidates" | "scopes" | "looksAt" | "work">;

/** Answers the client. Throws GhostError for what the endpoint is to answer, with nothing sent yet. */
export async function execute(deps: ExecuteDeps, call: InferenceCall): Promise<void> {
  const found = candidatesOf(deps, call);
  const candidates = found instanceof Promise ? await found : found;
  if (answerAlone(call, candidates, deps.clock.now())) return;
  if (call.request.operation === "count_tokens" && !isCountedElsewhere(call, candidates))
    return answerCount(deps, call);
  await withRun(deps, callFor(call, candidates), (run) => obtainAnswer(deps, run));
}

/** What the request may be answered by. Throws GhostError where it names nothing that there is, or that its key may use. */
export function candidatesOf(deps: ResolveDeps, call: InferenceCall): Awaitable<Candidates> {
  const { owners } = deps;
  const { principal, request } = call;
  const resolved = resolve(deps, call);
  const { references = [] } = request.kept ?? {};
  return followReferences(
    { owners, principal, references, ledTo: () => ledTo(call, resolved).map((led) => narrow(deps, call, led)) },
    resolved,
  );
}

function resolve(deps: ResolveDeps, call: InferenceCall): Candidates {
  const { principal, snapshot, request } = call;
  if (isAuto(snapshot, request.model, principal)) return autoCandidates(deps, call);
  const named = resolveModel(snapshot, request.model, principal);
  checkPermission(principal, named);
  const left = narrow(deps, call, named);
  checkRouting(left, call);
  return left;
}

/** By a vendor, and not here. Which model a request for the best one will go to, nobody knows before. */
function isCountedElsewhere(call: InferenceCall, candidates: Candidates): boolean {
  const isOpen = candidates.strategy === "auto" && !candidates.isAlias;
  return !isOpen && canBeCounted(call, candidates);
}

export function callFor(call: InferenceCall, candidates: Candidates): Call {
  const { scopes: own } = call.principal;
  const scopes = candidates.scope === null ? own : [...own, candidates.scope];
  const work = call.request.operation === "count_tokens" ? "none" : "said";
  return { ...call, candidates, scopes, work };
}

/** True where the request asks for nothing that a vendor would have to do, unless all of its vendors know what it asks. */
function answerAlone({ outlet, request, dialect }: InferenceCall, { targets }: Candidates, now: number): boolean {
  const { answerAlone: encode } = dialect.client;
  if (encode === undefined) return false;
  const isTheirs = targets.every(({ target }) => target.provider.definition.speaks[dialect.name] !== undefined);
  const body = isTheirs ? null : encode(request, now);
  if (body === null) return false;
  outlet.answer(200, { "content-type": "application/json" }, body);
  return true;
}

function obtainAnswer(deps: ExecuteDeps, run: Run): Promise<Answer> {
  const { caching } = run;
  return caching === null ? askVendors(deps, run) : recallOrAsk(deps, run, caching);
}

async function recallOrAsk(deps: ExecuteDeps, run: Run, caching: Caching): Promise<Answer> {
  const { trace } = run.exchange;
  if (trace === null) return recall(deps, run, caching, () => askVendors(deps, run));
  const from = deps.clock.monotonic();
  let isOver = false;
  const over = (): void => {
    if (!isOver) trace.took("recall", from, deps.clock.monotonic());
    isOver = true;
  };
  const answer = await recall(deps, run, caching, () => {
    over();
    return askVendors(deps, run);
  });
  over();
  return answer;
}

async function askVendors(deps: ExecuteDeps, run: Run): Promise<Answer> {
  const { request, exchange, principal, dialect } = run;
  const { protection, content, caching, times, lifeline, trail, terms } = run;
  const { operation } = request;
  const { readsUnseen } = run.admission;
  const { userId: caller } = principal;
  const headers = upstreamHeaders(deps, exchange, dialect.client);
  const isStrict = exchange.header("x-ghostllm-strict") === "true";
  const requestId = exchange.id;
  const asked = {
    requestId,
    request,
    protection,
    content,
    caching,
    dialect,
    isStrict,
    ...wayOf(deps, run),
    caller,
    headers,
    times,
    lifeline,
    trail,
    place: placeOf(run),
    readsUnseen,
    terms,
    realtime: run.realtime ?? null,
  };
  const { shadow = null } = run.candidates;
  if (shadow !== null) castShadow(deps, run, shadow);
  if (operation === "count_tokens") return obtainCount(deps, asked);
  const answer = continuable(deps, run, asked, await attemptTargets(deps, asked));
  const remembered = rememberOwner(deps, run, answer);
  if (remembered instanceof Promise) await remembered;
  return answer;
}

/** Teams take turns, and so do users who are in none. What is only counted is estimated sooner than waited for. */
export function placeOf({ candidates: { queue = null }, principal, request }: Call): QueuePlace | null {
  if (queue === null || request.operation === "count_tokens") return null;
  return { policy: queue, line: principal.teamId ?? principal.userId };
}

/** Who comes back for an answer has its id alone: that must lead to the vendor, and nobody else there. */
function rememberOwner(
  deps: Pick<GatewayDeps, "owners" | "events">,
  { request, principal, candidates }: Run,
  answer: VendorAnswer,
): Awaitable<void> {
  const stored = answer.kind === "whole" ? answer.stored : answer.tap.stored;
  if (!request.kept?.isStored || !stored) return undefined;
  const { provider, model } = answer.target;
  const { userId } = principal;
  const owner = { userId, providerId: provider.id, model, requestedModel: candidates.requested };
  return keepOwner(deps, [stored.id], owner);
}
