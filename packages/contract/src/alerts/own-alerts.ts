// What the server sees by itself, and no rule of Prometheus: names of keys are in no metric.

import type { OwnAlert } from "./alert.ts";

export const ownAlerts: readonly OwnAlert[] = [
  {
    name: "ProviderUnusable",
    severity: "critical",
    meaning: "What is stored of a provider cannot be used: requests for its models are answered with 503.",
    remedy:
      "The page of the provider says why. Give it its credential anew, or the encryption key that it was stored with.",
  },
  {
    name: "KeyEnds",
    severity: "info",
    meaning: "A key ends within a week. Whoever uses it is refused from then on.",
    remedy: "Give it a later end on its page, or hand out another one.",
  },
  {
    name: "FileOutOfForce",
    severity: "warning",
    meaning:
      "The configuration file of this instance declares what is not in force: another instance has applied a newer one, or it cannot be applied.",
    remedy:
      "`ghostllm config diff` says what differs. Give all instances the same file, or apply the one that is meant.",
  },
];
