// What the name `auto` stands for: of all models that the caller may use, those that are the best for the request. Called by execute.ts.
// Invariant: no model is asked that the caller may not ask for by its own name.

import { GhostError } from "@ghostllm/contract";
import { crossesAs, useOf } from "@ghostllm/llm";
import type { Operation } from "@ghostllm/llm";
import { isTargetNamed } from "#domain/allowed-models.ts";
import { limitsSpending, modelRulesOf } from "#domain/principal.ts";
import type { Principal } from "#domain/principal.ts";
import type { Snapshot, Target } from "#domain/snapshot.ts";
import type { Call } from "./call.ts";
import { checkRouting, narrow } from "./plan/narrow.ts";
import { planInputOf } from "./plan/plan-input.ts";
import type { PlanDeps, PlannedCall } from "./plan/plan-input.ts";
import { planTargets } from "./plan/plan.ts";
import { mostItMayCost } from "./reserve.ts";
import { autoName } from "./resolve.ts";
import type { Candidates } from "./resolve.ts";

/** So many are asked, at most, and are what budgets are asked about. */
const mostTargets = 5;

type AutoCall = PlannedCall & Pick<Call, "snapshot">;
type Use = "chat" | "embeddings";

/** Never without targets. Throws GhostError where none is there, may be used, or fits. */
export function autoCandidates(deps: PlanDeps, call: AutoCall): Candidates {
  const { snapshot, principal, request } = call;
  const allowed = usableBy(principal, modelsFor(snapshot, useFor(request.operation)));
  if (allowed.length === 0) throw nothingToUse(principal);
  const candidates = narrow(deps, call, toCandidates(request.model, allowed));
  checkRouting(candidates, call);
  // A count is estimated: no model is asked.
  const best = request.operation === "count_tokens" ? allowed : bestOf(deps, call, candidates);
  return {
    ...toCandidates(request.model, best.slice(0, mostTargets)),
    absent: candidates.absent?.slice(0, mostTargets) ?? [],
  };
}

function bestOf(deps: PlanDeps, call: AutoCall, candidates: Candidates): readonly Target[] {
  const { targets } = planTargets(planInputOf(deps, call, candidates));
  if (!call.principal.scopes.some(limitsSpending)) return targets;
  const bounded = targets.filter((target) => isBounded(deps, call, target));
  // Whoever asks then is told why what he asks cannot be bounded.
  return bounded.length > 0 ? bounded : targets;
}

/** Where money is limited, what may cost anything is not chosen. */
function isBounded({ limits, clock }: PlanDeps, { request, demand, dialect }: AutoCall, target: Target): boolean {
  const { assumedOutputTokens } = limits;
  const asked = { request, demand, dialect: dialect.name, longerContext: 0, assumedOutputTokens, now: clock.now() };
  try {
    mostItMayCost({ ...asked, candidates: toCandidates(request.model, [target]) });
    return true;
  } catch (error) {
    if (error instanceof GhostError) return false;
    throw error;
  }
}

function toCandidates(requested: string, targets: readonly Target[]): Candidates {
  const weighted = targets.map((target) => ({ target, weight: 1 }));
  return { requested, strategy: "auto", targets: weighted, isAlias: false, scope: null };
}

function useFor(operation: Operation): Use {
  if (operation === "count_tokens") return "chat";
  const hub = crossesAs(operation);
  if (hub === "chat.completions") return "chat";
  if (hub === "embeddings") return "embeddings";
  const message = `The model '${autoName}' is for chats and embeddings: name a model for ${operation}.`;
  throw new GhostError("invalid_request_error", message, { param: "model" });
}

const known = new WeakMap<Snapshot, Map<Use, readonly Target[]>>();

/** Those that are listed: what nobody has named is not asked unasked. */
export function modelsFor(snapshot: Snapshot, use: Use): readonly Target[] {
  let byUse = known.get(snapshot);
  if (byUse === undefined) known.set(snapshot, (byUse = new Map()));
  const found = byUse.get(use) ?? [...snapshot.models.values()].flat().filter((target) => isFor(target, use));
  byUse.set(use, found);
  return found;
}

/** An operator says whether it is chosen; for what, its name does. */
function isFor({ model, inAuto = null }: Target, use: Use): boolean {
  const told = useOf(model);
  return inAuto !== false && (told === use || (inAuto === true && told === "other" && use === "chat"));
}

/** By its own lists alone: the name `auto` in one allows nothing. Where money is limited, what nobody knows the price of is not asked. */
export function usableBy(principal: Principal, models: readonly Target[]): readonly Target[] {
  const rules = modelRulesOf(principal);
  const needsPrice = principal.scopes.some(limitsSpending);
  if (rules.length === 0 && !needsPrice) return models;
  return models.filter(({ provider, model, prices }) => {
    if (needsPrice && prices === null) return false;
    return rules.every((names) => isTargetNamed(names, { provider: provider.name, model }));
  });
}

function nothingToUse({ publicId }: Principal): GhostError {
  const message = `There is no model that '${autoName}' could choose for the API key ${publicId}: none is listed that does this and that it may use.`;
  return new GhostError("model_not_found", message, { param: "model" });
}
