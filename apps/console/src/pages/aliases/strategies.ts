// The strategies of aliases in words.

import { aliasStrategies } from "@ghostllm/contract";
import type { AliasStrategy } from "@ghostllm/contract";

interface StrategyWords {
  /** In a sentence. */
  readonly name: string;
  readonly help: string;
}

const words: Readonly<Record<AliasStrategy, StrategyWords>> = {
  ordered: { name: "in order", help: "Targets are tried from the first to the last." },
  weighted: {
    name: "by weight",
    help: "The first target is drawn by weight; where it fails the others follow in their order.",
  },
  latency: {
    name: "by latency",
    help: "Of two targets that are drawn, the one that has begun to answer sooner of late; the others follow.",
  },
  "least-busy": { name: "least busy", help: "The target with the fewest requests running here; the others follow." },
  cheapest: {
    name: "cheapest",
    help: "The target at which the request may cost the least; one without a known price comes last.",
  },
  auto: {
    name: "automatically",
    help: "The target for which the most speaks of cost, speed and quality, or what the request prefers; the others follow.",
  },
};

export const isStrategy = (name: string): name is AliasStrategy => name in words;

/** A server that is newer may know more of them. */
export const strategyName = (strategy: string): string => (isStrategy(strategy) ? words[strategy].name : strategy);

export const strategyHelp = (strategy: string): string | undefined =>
  isStrategy(strategy) ? words[strategy].help : undefined;

/** With the present one, also where this console does not know it. */
export function strategyChoices(
  present: string | undefined,
): readonly { readonly value: string; readonly name: string }[] {
  const isUnknown = present !== undefined && !isStrategy(present);
  return [...aliasStrategies, ...(isUnknown ? [present] : [])].map((value) => {
    const name = strategyName(value);
    return { value, name: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}` };
  });
}
