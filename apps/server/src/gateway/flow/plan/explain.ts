// What is written down of a plan where there was a choice: every target that was thought of, its score, and how it stood. Called by legs.ts in
// the turn of the event loop in which the plan was made. Invariant: it asks what the plan asked, and decides nothing.

import type { ConsideredTarget, PlannedName, TargetState } from "@ghostllm/contract";
import type { Target } from "#domain/snapshot.ts";
import { lackOf } from "./fit.ts";
import type { Capability } from "./fit.ts";
import { meritOf } from "./merit.ts";
import { hasRoomFor, offers, restMsOf } from "./plan.ts";
import type { ConsideredPlan, PlanInput } from "./plan.ts";
import { scoreBy } from "./rank.ts";
import type { Weighted } from "./rank.ts";

/** Of one name. */
const mostTold = 16;
const longestName = 100;

/** `name`: where it is not the one that was asked for. Null where there was nothing to choose. */
export function explainPlan(given: PlanInput, plan: ConsideredPlan, name: string | null): PlannedName | null {
  const { holder } = plan;
  const input = holder === undefined ? given : { ...given, holder };
  const { candidates } = input;
  const { targets, absent = [] } = candidates;
  if (name === null && targets.length + absent.length < 2) return null;
  const put = plan.targets.flatMap((target) => targets.find((one) => one.target === target) ?? []);
  const others = targets.filter(({ target }) => !plan.targets.includes(target));
  const told = [
    ...put.map((one) => tell(one, input, standingOf(one.target, input, plan))),
    ...others.map((one) => tell(one, input, outOf(one.target, input, plan))),
    ...absent.map((one): ConsideredTarget => [one.provider, cut(one.model), null, one.reason]),
  ];
  return {
    by: candidates.strategy,
    ...(name !== null && { name: cut(name) }),
    asked: put.length,
    targets: told.slice(0, mostTold),
    ...(candidates.strategy === "auto" && toldMerits(put, input)),
    ...(candidates.sticky && candidates.strategy === "weighted" && { sticky: true }),
    ...(plan.isProbe && { probe: true }),
    ...(holder !== undefined &&
      put.slice(0, mostTold).some(({ target }) => target === holder) && {
        holder: put.findIndex(({ target }) => target === holder),
      }),
    ...(told.length > mostTold && { more: told.length - mostTold }),
  };
}

function toldMerits(put: readonly Weighted[], input: PlanInput): Pick<PlannedName, "prefer" | "merits"> {
  const prefer = input.routing?.prefer ?? null;
  const merits = put.slice(0, mostTold).map(({ target }) => {
    const { nanos, waitMs, quality } = meritOf(target, input);
    return [nanos, Math.round(waitMs), quality] as const;
  });
  return { merits, ...(prefer !== null && { prefer }) };
}

interface Standing {
  readonly state: TargetState;
  readonly figure?: number;
  readonly because?: string;
}

function standingOf(target: Target, input: PlanInput, { fitting: { tight } }: ConsideredPlan): Standing {
  if (restMsOf(target, input) > 0) return resting(target, input);
  if (tight.has(target)) return { state: "tight", figure: target.contextLength ?? 0 };
  return { state: hasRoomFor(target, input) ? "ready" : "full" };
}

/** Why it is not asked. */
function outOf(target: Target, input: PlanInput, { fitting: { targets, asked } }: ConsideredPlan): Standing {
  if (targets.some((one) => one.target === target)) return resting(target, input);
  return unfitness(target, input, asked);
}

function resting(target: Target, input: PlanInput): Standing {
  const { health, request, caller, now } = input;
  const because = health.restReason({ target, operation: request.operation, caller }, now);
  return { state: "resting", figure: Math.ceil(restMsOf(target, input)), ...(because !== null && { because }) };
}

function unfitness(target: Target, input: PlanInput, asked: readonly Capability[]): Standing {
  if (!offers(target, input)) return { state: "operation" };
  const lack = lackOf(target, asked);
  return lack === undefined ? { state: "length", figure: target.contextLength ?? 0 } : { state: lack };
}

function tell(one: Weighted, input: PlanInput, { state, figure, because }: Standing): ConsideredTarget {
  const { provider, model } = one.target;
  const score = scoreBy(input.candidates, one, input);
  const place = [provider.name, cut(model)] as const;
  if (because !== undefined) return [...place, rounded(score), state, figure ?? 0, because];
  if (figure !== undefined) return [...place, rounded(score), state, figure];
  if (state !== "ready") return [...place, rounded(score), state];
  return score === null ? place : [...place, rounded(score)];
}

function rounded(score: number | null): number | null {
  return score === null ? null : Math.round(score);
}

function cut(name: string): string {
  return name.length <= longestName ? name : name.slice(0, longestName);
}
