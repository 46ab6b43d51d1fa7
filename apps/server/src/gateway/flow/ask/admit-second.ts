// Whether a second target may be asked beside one that is slow, and which: by health, by what is left of limits, by what its provider and the
// budgets have room for. Called by hedge.ts.

import { GhostError } from "@ghostllm/contract";
import type { AliasHedge } from "#domain/alias-policy.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { mostItMayCost } from "#gateway/flow/reserve.ts";
import type { NotHedged } from "#telemetry/events.ts";
import { admitBeside } from "./admit-attempt.ts";
import type { AdmitDeps, AdmittedInput, Reserve } from "./admit-attempt.ts";
import type { Course } from "./course.ts";
import type { Lifeline } from "./lifeline.ts";
import { nothing } from "./provider-holds.ts";
import type { TryInput } from "./try-target.ts";

export type SecondDeps = AdmitDeps & Pick<GatewayDeps, "targetHealth" | "targetRoom" | "hedgeShares" | "runningCalls">;

export interface SecondInput extends AdmittedInput, Pick<TryInput, "request" | "caller"> {
  readonly lifeline: Lifeline;
  readonly course: Course;
  readonly reserve: Reserve;
}

/** With what it holds of its provider, and what it may cost held beside what the first one may. Otherwise why there is none. */
export async function admitSecond(
  deps: SecondDeps,
  input: SecondInput,
  hedge: AliasHedge,
): Promise<Target | NotHedged> {
  const ready = input.course.besides.filter((target) => isReady(deps, input, target));
  if (ready.length === 0) return "no_target";
  if (input.trail.providers?.readsUnseen === true) return "no_budget";
  if (!deps.hedgeShares.take(hedge)) return "no_share";
  const found = await admitOneOf(deps, input, ready);
  if (typeof found === "string") deps.hedgeShares.giveBack(hedge);
  return found;
}

function isReady({ targetHealth, targetRoom, runningCalls, clock }: SecondDeps, input: SecondInput, target: Target) {
  const { request, caller, lifeline } = input;
  const { operation, promptTokensEstimate: tokens } = request;
  const now = clock.monotonic();
  return (
    targetHealth.restMs({ target, operation, caller }, now) === 0 &&
    targetRoom.hasRoom({ target, tokens }, now) &&
    runningCalls.withdrawalOf({ principal: lifeline.principal, target }) === null
  );
}

/** What cannot be asked for, such as counters that do not answer, is no failure of a request that goes on as it is. */
async function admitOneOf(
  deps: SecondDeps,
  input: SecondInput,
  ready: readonly Target[],
): Promise<Target | "no_room" | "no_budget"> {
  try {
    for (const target of ready) {
      if (!(await admitBeside(deps, input, target, input.course.scope))) continue;
      if (await holdCost(deps, input, target)) return target;
      await input.trail.providers?.closeBeside(nothing);
      return "no_budget";
    }
  } catch (error) {
    await input.trail.providers?.closeBeside(nothing);
    if (!(error instanceof GhostError)) deps.events.internalError("hedging", error);
  }
  return "no_room";
}

/** What is granted in part stays held until the request ends. */
async function holdCost({ counters }: SecondDeps, { terms, reserve }: SecondInput, target: Target): Promise<boolean> {
  if (reserve.nanos === 0) return true;
  const candidates = { requested: "", strategy: "ordered", isAlias: false, scope: null } as const;
  const { costNanos } = mostItMayCost({ ...terms, candidates: { ...candidates, targets: [{ target, weight: 1 }] } });
  return costNanos === 0 || (await counters.extend({ id: terms.id, costNanos })) >= costNanos;
}
