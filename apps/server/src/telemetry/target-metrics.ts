import type { Gauge } from "prom-client";
import type { MetricDefinition } from "./metric-definition.ts";

/** Of targets that are not asked as others are. */
export const targetMetricDefinitions = {
  ghostllm_targets_not_closed: {
    type: "gauge",
    help: "Models of a provider that rest for all (open), are tried by one request at a time (half_open), or are left alone for their account or credential (parked).",
    labels: ["provider", "state"],
  },
} as const satisfies Record<string, MetricDefinition>;

export interface TargetCount {
  readonly provider: string;
  readonly state: string;
  readonly count: number;
}

type Name = keyof typeof targetMetricDefinitions;

interface Make {
  gauge(name: Name, read: (gauge: Gauge) => void): Gauge;
}

export function targetMetrics(make: Make) {
  return {
    /** Of all threads and instances, as the main thread knows it. */
    watchTargets(read: () => readonly TargetCount[]): void {
      make.gauge("ghostllm_targets_not_closed", (gauge) => {
        gauge.reset();
        for (const { provider, state, count } of read()) gauge.labels(provider, state).set(count);
      });
    },
  };
}
