// The targets of an alias while they are edited: an ordered list, whose order is the order in which they are tried.

import type { Alias } from "#api/queries.ts";
import { toNumber } from "#parts/number-text.ts";

export interface EditedTarget {
  /** Of the row on the page; the server knows none. */
  readonly key: number;
  readonly provider: string;
  readonly model: string;
  readonly weight: string;
}

export function editedTargets(targets: Alias["targets"]): readonly EditedTarget[] {
  return targets.map(({ provider, model, weight }, key) => ({ key, provider, model, weight: String(weight) }));
}

export function withTarget(targets: readonly EditedTarget[], provider: string): readonly EditedTarget[] {
  const key = Math.max(-1, ...targets.map((one) => one.key)) + 1;
  return [...targets, { key, provider, model: "", weight: "1" }];
}

/** Moves one to where another is now; beyond the ends nothing moves. */
export function moved(targets: readonly EditedTarget[], from: number, to: number): readonly EditedTarget[] {
  const one = targets[from];
  if (one === undefined || to < 0 || to >= targets.length) return targets;
  return targets.toSpliced(from, 1).toSpliced(to, 0, one);
}

export function toTargets(targets: readonly EditedTarget[]) {
  return targets.map(({ provider, model, weight }) => ({
    provider,
    model: model.trim(),
    weight: toNumber(weight) ?? 1,
  }));
}
