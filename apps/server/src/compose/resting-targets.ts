import type { RestingTarget } from "#control/live/resting-targets.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { TargetHealth } from "#gateway/flow/ask/target-health.ts";

/** What the gateway has learnt of targets, for those who look at it. `now` is of the monotonic clock. */
export function restingTargets({ models }: Snapshot, health: TargetHealth, now: number): readonly RestingTarget[] {
  const resting = health.resting(now);
  if (resting.isNone) return [];
  return [...models.values()].flat().flatMap((target) => {
    const restMs = resting.restMs(target);
    const { provider, model } = target;
    return restMs === 0 ? [] : [{ providerId: provider.id, provider: provider.name, model, restMs }];
  });
}
