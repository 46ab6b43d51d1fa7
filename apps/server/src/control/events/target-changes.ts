// Which targets rest for all now and did not before, and the other way round. Called by provider-watch.ts.

import type { RestingTarget } from "#control/live/resting-targets.ts";
import type { EventName } from "@ghostllm/contract/events";

type TargetEventName = Extract<EventName, `target.${string}`>;

export interface TargetChange {
  readonly name: TargetEventName;
  readonly target: RestingTarget;
}

/** Those that are not closed for all, by their names. */
export type KnownTargets = ReadonlyMap<string, RestingTarget>;

export function notClosed(targets: readonly RestingTarget[]): KnownTargets {
  return new Map(
    targets.filter(({ state }) => state !== "closed").map((one) => [`${one.providerId}/${one.model}`, one]),
  );
}

/** That one is tried, and goes on resting, is no change of it. */
export function targetChanges(before: KnownTargets, now: KnownTargets): readonly TargetChange[] {
  const begun = [...now].flatMap(([name, target]): readonly TargetChange[] => {
    const known = before.get(name);
    if (target.state === "parked") return known?.state === "parked" ? [] : [{ name: "target.parked", target }];
    return known === undefined ? [{ name: "target.opened", target }] : [];
  });
  const ended = [...before].flatMap(([name, target]): readonly TargetChange[] =>
    now.has(name) ? [] : [{ name: "target.closed", target }],
  );
  return [...begun, ...ended];
}
