// The targets of an alias while they are edited: an ordered list, whose order is the order in which they are tried.

import type { Alias } from "#api/queries.ts";
import { toNumber } from "#parts/number-text.ts";

export interface EditedTarget {
  /** Of the row on the page; the server knows none. */
  readonly key: number;
  readonly provider: string;
  readonly model: string;
  readonly weight: string;
  /** What this alias sends there is held to; nothing in a field is unlimited. */
  readonly limits: EditedLimits;
}

export const targetLimitNames = ["requests_per_minute", "tokens_per_minute", "concurrent_requests"] as const;
export type EditedLimits = Readonly<Record<(typeof targetLimitNames)[number], string>>;

const noLimits: EditedLimits = { requests_per_minute: "", tokens_per_minute: "", concurrent_requests: "" };

export function isLimited({ limits }: Pick<EditedTarget, "limits">): boolean {
  return targetLimitNames.some((name) => limits[name].trim() !== "");
}

export function editedTargets(targets: Alias["targets"]): readonly EditedTarget[] {
  return targets.map(({ weight, limits, ...named }, key) => ({
    ...{ key, ...named, weight: String(weight) },
    limits: editedLimits(limits),
  }));
}

function editedLimits(limits: Alias["targets"][number]["limits"]): EditedLimits {
  const text = (name: keyof EditedLimits): string => String(limits?.[name] ?? "");
  return {
    ...{ requests_per_minute: text("requests_per_minute"), tokens_per_minute: text("tokens_per_minute") },
    concurrent_requests: text("concurrent_requests"),
  };
}

export function withTarget(targets: readonly EditedTarget[], provider: string): readonly EditedTarget[] {
  const key = Math.max(-1, ...targets.map((one) => one.key)) + 1;
  return [...targets, { key, provider, model: "", weight: "1", limits: noLimits }];
}

/** Moves one to where another is now; beyond the ends nothing moves. */
export function moved(targets: readonly EditedTarget[], from: number, to: number): readonly EditedTarget[] {
  const one = targets[from];
  if (one === undefined || to < 0 || to >= targets.length) return targets;
  return targets.toSpliced(from, 1).toSpliced(to, 0, one);
}

export function toTargets(targets: readonly EditedTarget[]) {
  return targets.map((target) => ({
    provider: target.provider,
    model: target.model.trim(),
    weight: toNumber(target.weight) ?? 1,
    limits: isLimited(target) ? toLimits(target.limits) : null,
  }));
}

function toLimits(limits: EditedLimits) {
  return {
    requests_per_minute: toNumber(limits.requests_per_minute),
    tokens_per_minute: toNumber(limits.tokens_per_minute),
    concurrent_requests: toNumber(limits.concurrent_requests),
  };
}
