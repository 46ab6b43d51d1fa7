import type { Counter } from "prom-client";
import type { MetricDefinition } from "./metric-definition.ts";
import type { LineCounts } from "./lines/line-outlet.ts";

/** Of lines of logs that go to standard output, to files or to a receiver of syslog. */
export const lineMetricDefinitions = {
  ghostllm_log_lines_total: {
    type: "counter",
    help: "Lines of logs that an outlet (stdout, file, syslog) was given.",
    labels: ["outlet"],
  },
  ghostllm_log_lines_lost_total: {
    type: "counter",
    help: "Lines of logs that were lost, since an outlet did not take them for too long, or since there were too many (thread).",
    labels: ["outlet"],
  },
} as const satisfies Record<string, MetricDefinition>;

type Name = keyof typeof lineMetricDefinitions;

export function lineMetrics(make: { counter(name: Name): Counter }) {
  const written = make.counter("ghostllm_log_lines_total");
  const lost = make.counter("ghostllm_log_lines_lost_total");
  return {
    countLines: (outlet: string): LineCounts => ({
      written: (count) => written.labels(outlet).inc(count),
      lost: (count) => lost.labels(outlet).inc(count),
    }),
  };
}
