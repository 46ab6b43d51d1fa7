import type { RestingTarget } from "#control/live/resting-targets.ts";
import { joined } from "#control/targets/target-states.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { TargetHealth } from "#gateway/flow/ask/target-health.ts";
import { pathOf } from "#domain/target-path.ts";

/** What the gateway has learnt of targets, for those who look at it. `now` is of the monotonic clock. */
export function restingTargets({ models }: Snapshot, health: TargetHealth, now: number): readonly RestingTarget[] {
  const standings = health.standings(now).filter((one) => one.state !== "closed" || one.callersRestMs > 0);
  if (standings.length === 0) return [];
  const byPath = Map.groupBy(standings, ({ path }) => path);
  return [...models.values()].flat().flatMap((target) => {
    const standing = joined(byPath.get(pathOf(target)) ?? []);
    if (standing === null) return [];
    const { provider, model } = target;
    const { state, reason, restMs, callersRestMs } = standing;
    const place = { providerId: provider.id, provider: provider.name, model };
    return [{ ...place, state, reason, restMs: Math.max(restMs, callersRestMs) }];
  });
}
