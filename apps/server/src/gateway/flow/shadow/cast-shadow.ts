// A share of an alias's requests is asked of a second target as well, to see how it does: its answer is read to the end and told to nobody.
// Called by execute.ts when a request is about to be sent. Invariant: the request itself waits for nothing of it, is charged nothing for it,
// and is told nothing of it; and as few copies go on at a time as their alias says.

import { GhostError } from "@ghostllm/contract";
import type { AliasShadow } from "#domain/alias-policy.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Run } from "#gateway/flow/call.ts";
import { isAgreedTo } from "#gateway/flow/consent.ts";
import { isGuardedThere } from "#gateway/flow/guard/guarding.ts";
import { narrow } from "#gateway/flow/plan/narrow.ts";
import { planInputOf } from "#gateway/flow/plan/plan-input.ts";
import type { PlanDeps } from "#gateway/flow/plan/plan-input.ts";
import { planTargets, restMsOf } from "#gateway/flow/plan/plan.ts";
import { findModel, isWithinTeam } from "#gateway/flow/resolve.ts";
import type { NotShadowed } from "#telemetry/events.ts";
import { ShadowCopy } from "./shadow-copy.ts";
import type { CopyDeps } from "./shadow-copy.ts";

export type ShadowDeps = PlanDeps & CopyDeps & Pick<GatewayDeps, "shadows" | "readiness">;

/** What is larger is not copied. */
const mostBytes = 1024 * 1024;
/** To be called when the request itself is under way, or about to be. */
export function castShadow(deps: ShadowDeps, run: Run, shadow: AliasShadow): void {
  if (deps.random() * 100 >= shadow.percent) return;
  const found = whyNot(deps, run, shadow) ?? findTarget(deps, run, shadow);
  if (typeof found === "string") return deps.events.shadowed({ alias: shadow.alias, outcome: found });
  deps.shadows.begin(new ShadowCopy(deps, run, shadow, found));
}

function whyNot(deps: ShadowDeps, { request, realtime, routing }: Run, shadow: AliasShadow): NotShadowed | null {
  const { kept, operation, body } = request;
  // It is for its first target, and no other name.
  if (routing?.fallsBack === false) return "forbidden";
  // What a vendor keeps under an id would be nobody's there.
  if (kept !== undefined && (kept.isStored || kept.isBackground || kept.references.length > 0)) return "stored";
  if (operation === "count_tokens" || realtime !== undefined) return "operation";
  if (body.length > mostBytes) return "size";
  if (deps.readiness.isLeaving || deps.shadows.running(shadow) >= shadow.maxConcurrent) return "busy";
  return null;
}

/** Where the request itself could be led on to. */
function findTarget(deps: ShadowDeps, run: Run, { to }: AliasShadow): Target | NotShadowed {
  const { snapshot, principal, candidates } = run;
  const found = narrow(deps, run, findModel(snapshot, to, principal));
  if (found.targets.length === 0) return "unknown";
  if (candidates.isOfTeam === true && !isWithinTeam(principal, found)) return "forbidden";
  if (!isAgreedTo(deps, run, found) || !isGuardedThere(run, found)) return "forbidden";
  const input = planInputOf(deps, run, found);
  try {
    const [target] = planTargets(input).targets;
    if (target === undefined) return "unfit";
    return restMsOf(target, input) > 0 ? "resting" : target;
  } catch (error) {
    if (error instanceof GhostError) return "unfit";
    throw error;
  }
}
