import type { Counter } from "prom-client";
import type { MetricDefinition } from "./metric-definition.ts";

/** Of what policies have found in requests and answers. */
export const policyMetricDefinitions = {
  ghostllm_personal_data_total: {
    type: "counter",
    help: "What privacy policies found in requests, by its class and by what was done with it (block, mask, replace).",
    labels: ["class", "action"],
  },
  ghostllm_guardrails_total: {
    type: "counter",
    help: "Requests and answers in which a guardrail has found something, by what was done (flag, redact, block), or that it could not be held against (failed: nothing passed; skipped: it passed).",
    labels: ["guardrail", "stage", "outcome"],
  },
} as const satisfies Record<string, MetricDefinition>;

interface Make {
  counter(name: keyof typeof policyMetricDefinitions): Counter;
}

export function policyMetrics(make: Make) {
  return {
    personalData: make.counter("ghostllm_personal_data_total"),
    guardrails: make.counter("ghostllm_guardrails_total"),
  };
}
