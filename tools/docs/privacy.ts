// docs/privacy.md: written by hand, but for the table of how well each class is told, which the labelled set gives.

import type { PrivacyClass } from "@ghostllm/contract";
import { code, table } from "./markdown.ts";

export interface Score {
  readonly positives: number;
  readonly nearMisses: number;
  readonly precision: number;
  readonly recall: number;
}

const begin = "<!-- scores: written by tools/gen-docs.ts -->";
const end = "<!-- end of scores -->";

/** `page` with its table written anew. */
export function describePrivacy(page: string, scores: ReadonlyMap<PrivacyClass, Score>): string {
  const [before = "", rest = ""] = page.split(begin);
  const [, after = ""] = rest.split(end);
  const rows = Array.from(scores, ([one, { positives, nearMisses, precision, recall }]) => [
    code(one),
    String(positives),
    String(nearMisses),
    precision.toFixed(3),
    recall.toFixed(3),
  ]);
  const written = table(["Class", "Texts with it", "Near misses", "Precision", "Recall"], rows);
  return `${before}${begin}\n\n${written.trim()}\n\n${end}${after}`;
}
