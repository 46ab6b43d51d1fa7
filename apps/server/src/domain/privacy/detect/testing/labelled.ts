// The labelled set: texts with something personal in them, and texts with what only looks like it, in the formats of seven languages. All
// of it is made up, with names, addresses and numbers that are reserved for examples or given to nobody.

import { readFileSync } from "node:fs";
import { privacyClasses } from "@ghostllm/contract";
import type { PrivacyClass } from "@ghostllm/contract";
import { z } from "zod";
import { findPersonal } from "#domain/privacy/detect/find-personal.ts";

const line = z.object({
  class: z.enum(privacyClasses),
  language: z.enum(["en", "de", "fr", "es", "it", "pt", "ja"]),
  text: z.string(),
  /** What is to be found; absent where there is nothing. */
  holds: z.string().optional(),
});

export type LabelledText = z.infer<typeof line>;

export function readLabelled(): readonly LabelledText[] {
  const text = readFileSync(new URL("labelled.jsonl", import.meta.url), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((one) => line.parse(JSON.parse(one)));
}

export interface ClassScore {
  readonly positives: number;
  readonly nearMisses: number;
  /** Found, of those that are there. */
  recall: number;
  /** There, of those that were found. */
  precision: number;
}

/** All classes are looked for in all texts: what is found of another class than the label's is found wrongly. */
export function scoreClasses(texts: readonly LabelledText[] = readLabelled()): ReadonlyMap<PrivacyClass, ClassScore> {
  const wanted = new Set(privacyClasses);
  const counts = new Map(privacyClasses.map((one) => [one, { found: 0, wrong: 0 }]));
  for (const { class: one, text, holds } of texts) {
    const found = findPersonal(text, wanted).map((each) => ({ ...each, text: text.slice(each.start, each.end) }));
    const right = found.find((each) => holds !== undefined && each.class === one && isSame(each.text, holds));
    for (const each of found) add(counts, each.class, each === right ? "found" : "wrong");
  }
  return new Map(privacyClasses.map((one) => [one, scoreOf(one, texts, counts.get(one) ?? { found: 0, wrong: 0 })]));
}

/** A bracket more or less is no matter. */
function isSame(found: string, held: string): boolean {
  return found.includes(held) && found.length <= held.length + 1;
}

type Count = Record<"found" | "wrong", number>;

function add(counts: ReadonlyMap<PrivacyClass, Count>, one: PrivacyClass, what: keyof Count): void {
  const count = counts.get(one);
  if (count !== undefined) count[what] += 1;
}

function scoreOf(one: PrivacyClass, texts: readonly LabelledText[], { found, wrong }: Count): ClassScore {
  const own = texts.filter((each) => each.class === one);
  const positives = own.filter(({ holds }) => holds !== undefined).length;
  const precision = found + wrong === 0 ? 0 : found / (found + wrong);
  return { positives, nearMisses: own.length - positives, recall: found / positives, precision };
}
