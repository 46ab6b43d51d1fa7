// What a policy finds in one text, and what it wants done with it.

import type { FoundClass, PrivacyAction, PrivacyClass } from "@ghostllm/contract";
import { privacyClasses } from "@ghostllm/contract";
import { findPersonal } from "./detect/find-personal.ts";
import { finderOf } from "./own-patterns.ts";
import type { PrivacyPolicy } from "./policy.ts";

export type ActingAction = Exclude<PrivacyAction, "allow">;

export interface FoundText {
  readonly start: number;
  readonly end: number;
  readonly class: FoundClass;
  readonly action: ActingAction;
}

/** In the order of the text, none within another. */
export type TextFinder = (text: string) => readonly FoundText[];

export function textFinderOf({ classes, patterns }: PrivacyPolicy): TextFinder {
  const actions = new Map<PrivacyClass, ActingAction>();
  for (const one of privacyClasses) {
    const action = classes[one];
    if (action !== undefined && action !== "allow") actions.set(one, action);
  }
  const wanted = new Set(actions.keys());
  const findOwn = patterns.length === 0 ? null : finderOf(patterns);
  return (text) => {
    const found: FoundText[] = [];
    for (const { class: one, start, end } of wanted.size === 0 ? [] : findPersonal(text, wanted)) {
      const action = actions.get(one);
      if (action !== undefined) found.push({ start, end, class: one, action });
    }
    return findOwn === null ? found : joined(found, findOwn(text).map(toFound));
  };
}

function toFound({ start, end, pattern }: ReturnType<ReturnType<typeof finderOf>>[number]): FoundText {
  return { start, end, class: "pattern", action: pattern.action === "allow" ? "mask" : pattern.action };
}

/** Where two overlap the operator's own goes first, and of his own the one that begins first. */
function joined(found: readonly FoundText[], own: readonly FoundText[]): readonly FoundText[] {
  if (own.length === 0) return found;
  const all = withoutOverlaps([...own].sort(byStart));
  const taken = new Set<FoundText>(all);
  const ordered = withoutOverlaps(
    [...all, ...found].sort((a, b) => byStart(a, b)),
    taken,
  );
  return ordered;
}

function byStart(a: FoundText, b: FoundText): number {
  return a.start - b.start || b.end - a.end;
}

/** In order; of two that overlap the preferred one stays, or the first. */
function withoutOverlaps(ordered: readonly FoundText[], preferred: ReadonlySet<FoundText> = new Set()): FoundText[] {
  const kept: FoundText[] = [];
  for (const one of ordered) {
    while ((kept.at(-1)?.end ?? 0) > one.start && preferred.has(one)) kept.pop();
    if ((kept.at(-1)?.end ?? 0) <= one.start) kept.push(one);
  }
  return kept;
}
