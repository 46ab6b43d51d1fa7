// Which targets of a name are left by what the request itself says of where it is to go. Called where a name is resolved, also one that it is
// led on to. Invariant: it leaves out, and adds nothing.

import { GhostError } from "@ghostllm/contract";
import { providers as definitions } from "@ghostllm/llm";
import type { Routing } from "#domain/routing/routing.ts";
import type { Snapshot, Target } from "#domain/snapshot.ts";
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

/** A misspelt name would leave nobody out, in silence. One that is out of use is no slip of the pen: that of a kind, or of a target of an alias. */
function refuseUnknown({ excludes }: Routing, { providers, unusableProviders, aliases }: Snapshot): void {
  const isKnown = (name: string): boolean =>
    providers.has(name) ||
    unusableProviders.has(name) ||
    kinds.has(name) ||
    [...aliases.values()].some(({ absent = [] }) => absent.some(({ provider }) => provider === name));
  const unknown = excludes.find((name) => !isKnown(name));
  if (unknown === undefined) return;
  const param = "routing.exclude_providers";
  const message = `Invalid '${param}': there is no provider '${unknown}'. Name one as 'x-ghostllm-provider' of an answer does.`;
  throw new GhostError("invalid_request_error", message, { param });
}

/** By which providers are called where nobody says otherwise. */
const kinds: ReadonlySet<string> = new Set(definitions.map(({ type }) => type));

/** Throws GhostError `invalid_request_error` where nothing is left, and where the name has nothing to be preferred by. */
export function checkRouting(candidates: Candidates, { routing, snapshot }: Pick<Call, "routing" | "snapshot">): void {
  if (!routing) return;
  refuseUnknown(routing, snapshot);
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
