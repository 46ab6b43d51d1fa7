import type { Gauge } from "prom-client";
import type { MetricDefinition } from "./metric-definition.ts";

/** Of the configuration that the server reads anew while it runs. */
export const configurationMetricDefinitions = {
  ghostllm_config_last_reload_successful: {
    type: "gauge",
    help: "Was the configuration read without a fault when it was read last? 0: it has one, and the one of before is in force.",
    labels: [],
  },
  ghostllm_config_last_reload_success_timestamp_seconds: {
    type: "gauge",
    help: "When the configuration was read last without a fault.",
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

type Name = keyof typeof configurationMetricDefinitions;

interface ReadConfiguration {
  readonly isGood: boolean;
  /** Epoch ms. */
  readonly readAt: number;
}

export function configurationMetrics(make: { gauge(name: Name, read?: (gauge: Gauge) => void): Gauge }) {
  return {
    watchConfiguration(read: () => ReadConfiguration): void {
      make.gauge("ghostllm_config_last_reload_successful", (gauge) => gauge.set(read().isGood ? 1 : 0));
      make.gauge("ghostllm_config_last_reload_success_timestamp_seconds", (gauge) => gauge.set(read().readAt / 1000));
    },
  };
}
