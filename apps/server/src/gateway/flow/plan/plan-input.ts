import type { GatewayDeps } from "#gateway/deps.ts";
import type { Call } from "#gateway/flow/call.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";
import type { PlanInput } from "./plan.ts";

export type PlanDeps = Pick<
  GatewayDeps,
  "targetHealth" | "targetRoom" | "targetWork" | "promptHolders" | "limits" | "clock" | "random"
>;

/** Of a call, what matters for where it goes. */
export type PlannedCall = Pick<Call, "request" | "demand" | "dialect" | "principal" | "routing">;

export function planInputOf(deps: PlanDeps, call: PlannedCall, candidates: Candidates): PlanInput {
  const { request, demand, dialect, principal, routing = null } = call;
  const {
    targetHealth: health,
    targetRoom: room,
    targetWork: work,
    promptHolders: holders,
    limits,
    clock,
    random,
  } = deps;
  const { assumedOutputTokens } = limits;
  const at = { now: clock.monotonic(), time: clock.now(), random };
  const asked = { request, demand, dialect: dialect.name, caller: principal.userId, routing };
  const { opening } = dialect.client;
  return { health, room, work, holders, opening, assumedOutputTokens, ...at, ...asked, candidates };
}
