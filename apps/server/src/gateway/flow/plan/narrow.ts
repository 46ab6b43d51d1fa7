// Which targets of a name are left by what the request itself says of where it is to go. Called where a name is resolved, also one that it is
// led on to. Invariant: it leaves out, and adds nothing.

import { GhostError } from "@ghostllm/contract";
import type { Routing } from "#domain/routing/routing.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Call } from "#gateway/flow/call.ts";
import type { AbsentTarget, Candidates } from "#gateway/flow/resolve.ts";
import { estimatedNanos } from "./estimated-cost.ts";
import type { CostInput } from "./estimated-cost.ts";

type NarrowDeps = Pick<GatewayDeps, "limits" | "clock">;
type Asked = Pick<Call, "request" | "routing">;

/** The same, where the request says nothing; without targets where none is left. */
export function narrow({ limits, clock }: NarrowDeps, { request, routing }: Asked, candidates: Candidates): Candidates {
  if (!routing || (routing.mostNanos === null && routing.excludes.length === 0)) return candidates;
  const { assumedOutputTokens } = limits;
  const cost: CostInput = { request, assumedOutputTokens, time: clock.now() };
  const judged = candidates.targets.map((one) => ({ one, reason: barredBy(routing, one.target, cost) }));
  const targets = judged.flatMap(({ one, reason }) => (reason === null ? [one] : []));
  if (targets.length === judged.length) return candidates;
  const absent = judged.flatMap(({ one: { target }, reason }): readonly AbsentTarget[] =>
    reason === null ? [] : [{ provider: target.provider.name, model: target.model, reason }],
  );
  return { ...candidates, targets, absent: [...(candidates.absent ?? []), ...absent] };
}

function barredBy({ excludes, mostNanos }: Routing, target: Target, cost: CostInput): "excluded" | "cost" | null {
  if (excludes.includes(target.provider.name)) return "excluded";
  if (mostNanos === null) return null;
  return (estimatedNanos(target, cost) ?? Infinity) > mostNanos ? "cost" : null;
}

/** Throws GhostError `invalid_request_error` where nothing is left, and where the name has nothing to be preferred by. */
export function checkRouting(candidates: Candidates, { routing }: Pick<Call, "routing">): void {
  if (!routing) return;
  const { requested, strategy, targets, absent = [] } = candidates;
  const wish = routing.prefer !== null ? "prefer" : routing.prefersLocal ? "prefer_local" : null;
  if (wish !== null && strategy !== "auto") {
    const message = `'routing.${wish}' is for the model 'auto', and for aliases of the strategy 'auto': '${requested.slice(0, 100)}' is neither.`;
    throw new GhostError("invalid_request_error", message, { param: `routing.${wish}` });
  }
  if (targets.length > 0) return;
  const dear = absent.filter(({ reason }) => reason === "cost").length;
  const excluded = absent.filter(({ reason }) => reason === "excluded").length;
  const message = `'routing' leaves nobody to answer '${requested.slice(0, 100)}': ${excluded} excluded, ${dear} may cost more than is allowed, or nobody knows what.`;
  throw new GhostError("invalid_request_error", message, { param: "routing" });
}
