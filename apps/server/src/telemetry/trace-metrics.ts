import type { Counter } from "prom-client";
import type { MetricDefinition } from "./metric-definition.ts";
import type { TraceCounts } from "./traces/span-export.ts";

/** Of traces of requests, where a collector is configured. */
export const traceMetricDefinitions = {
  ghostllm_traces_sent_total: {
    type: "counter",
    help: "Traces of requests that the collector has taken.",
    labels: [],
  },
  ghostllm_traces_dropped_total: {
    type: "counter",
    help: "Traces of requests that were lost: there was no room for more of them (room), the collector did not want them (refused), or did not answer for too long (unreachable).",
    labels: ["reason"],
  },
  ghostllm_trace_spans_rejected_total: {
    type: "counter",
    help: "Spans that the collector did not take, though it took others that came with them.",
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

type Name = keyof typeof traceMetricDefinitions;

export function traceMetrics(make: { counter(name: Name): Counter }) {
  const sent = make.counter("ghostllm_traces_sent_total");
  const dropped = make.counter("ghostllm_traces_dropped_total");
  const rejected = make.counter("ghostllm_trace_spans_rejected_total");
  const countTraces: TraceCounts = {
    sent: (traces) => sent.inc(traces),
    lost: (reason, traces) => dropped.labels(reason).inc(traces),
    rejected: (spans) => rejected.inc(spans),
  };
  return { countTraces };
}
