import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import { rememberText, textOf, type MetricsText } from "./metrics-text.ts";
import { configurationMetricDefinitions, configurationMetrics } from "./configuration-metrics.ts";
import { eventMetrics } from "./event-metrics.ts";
import type { MetricDefinition } from "./metric-definition.ts";
import { BoundedNames } from "./bounded-names.ts";
import { lineMetricDefinitions, lineMetrics } from "./line-metrics.ts";
import { traceMetricDefinitions, traceMetrics } from "./trace-metrics.ts";
import { metricFactory } from "./metric-factory.ts";
import { moneyMetricDefinitions, moneyMetrics } from "./money-metrics.ts";
import { requestMetricDefinitions, requestMetrics } from "./request-metrics.ts";
import { systemMetricDefinitions, systemMetrics } from "./system-metrics.ts";
import { backupMetricDefinitions, backupMetrics } from "./backup-metrics.ts";
import { cacheMetricDefinitions, cacheMetrics } from "./cache-metrics.ts";
import { policyMetricDefinitions, policyMetrics } from "./policy-metrics.ts";
import { targetMetricDefinitions, targetMetrics } from "./target-metrics.ts";
import { redisMetricDefinitions, redisMetrics } from "./redis-metrics.ts";

/** Where nothing else is said. */
const usualNames = 200;

/** Every metric of GhostLLM by its name; docs/metrics.md is written from this table. */
export const metricDefinitions = {
  ...requestMetricDefinitions,
  ...policyMetricDefinitions,
  ghostllm_stored_contents_total: {
    type: "counter",
    help: "Requests of which texts are to be stored, by what came of it: stored, dropped for want of room, or lost since the database was away for too long.",
    labels: ["outcome"],
  },
  ghostllm_requests_running: { type: "gauge", help: "Requests in progress.", labels: [] },
  ghostllm_connections: { type: "gauge", help: "Connections of clients that are open.", labels: [] },
  ghostllm_connections_refused_total: {
    type: "counter",
    help: "Connections of clients that were refused: over the limit in total, over that of an address, or for want of descriptors (accept).",
    labels: ["reason"],
  },
  ghostllm_held_bytes: {
    type: "gauge",
    help: "Bytes of requests and answers that are held at the moment; limits.held_bytes is the most.",
    labels: [],
  },
  ghostllm_answers_unread_total: {
    type: "counter",
    help: "Connections that were closed because their client took nothing of its answer for too long.",
    labels: [],
  },
  ...configurationMetricDefinitions,
  ghostllm_snapshot_version: { type: "gauge", help: "Version of the snapshot in force.", labels: [] },
  ghostllm_journal_pending_records: {
    type: "gauge",
    help: "Usage records in the journal that are not in the database yet.",
    labels: [],
  },
  ghostllm_journal_pending_bytes: { type: "gauge", help: "Size of those records.", labels: [] },
  ghostllm_records_drained_total: {
    type: "counter",
    help: "Usage records moved from the journal to the database.",
    labels: [],
  },
  ghostllm_records_rejected_total: {
    type: "counter",
    help: "Usage records that the database refused for good and that were set aside.",
    labels: [],
  },
  ghostllm_drain_failures_total: {
    type: "counter",
    help: "Failed tries to store usage records; they stay in the journal and are tried again.",
    labels: [],
  },
  ...cacheMetricDefinitions,
  ...backupMetricDefinitions,
  ...moneyMetricDefinitions,
  ...redisMetricDefinitions,
  ...targetMetricDefinitions,
  ...eventMetrics,
  ...systemMetricDefinitions,
  ...lineMetricDefinitions,
  ...traceMetricDefinitions,
} as const satisfies Record<string, MetricDefinition>;

export interface JournalGauges {
  readonly pendingRecords: number;
  readonly pendingBytes: number;
}

export type Metrics = ReturnType<typeof createMetrics>;

/** What a thread has counted; plain data, to be read together with that of others. */
export type CountedMetrics = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/**
 * `forThread`: what Node tells of the process is told by the main thread. `mostNames`: so many values of a label that people make up
 * are told apart.
 */
export function createMetrics({ forThread = false, mostNames = usualNames } = {}) {
  const registry = new Registry();
  const ofProcess = new Registry();
  if (!forThread) collectDefaultMetrics({ register: ofProcess });
  const make = metricFactory(registry, metricDefinitions);
  return {
    read: rememberText(() => textOf(ofProcess, registry)),
    /** Together with what other threads have counted: that is added up, and of versions the latest is told. */
    readWith: async (others: readonly CountedMetrics[]): Promise<MetricsText> =>
      textOf(ofProcess, AggregatorRegistry.aggregate([await registry.getMetricsAsJSON(), ...others])),
    count: (): Promise<CountedMetrics> => registry.getMetricsAsJSON(),
    ...requestMetrics(make, mostNames),
    ...moneyMetrics(make, mostNames),
    ...systemMetrics(make),
    ...lineMetrics(make),
    ...traceMetrics(make),
    ...policyMetrics(make),
    storedContents: make.counter("ghostllm_stored_contents_total"),
    running: make.gauge("ghostllm_requests_running"),
    connectionsRefused: make.counter("ghostllm_connections_refused_total"),
    answersUnread: make.counter("ghostllm_answers_unread_total"),
    snapshotVersion: make.latest("ghostllm_snapshot_version"),
    recordsDrained: make.counter("ghostllm_records_drained_total"),
    recordsRejected: make.counter("ghostllm_records_rejected_total"),
    drainFailures: make.counter("ghostllm_drain_failures_total"),
    ...{ ...cacheMetrics(make), ...backupMetrics(make), ...configurationMetrics(make) },
    ...redisMetrics(make),
    ...targetMetrics(make, new BoundedNames(mostNames)),
    eventsTold: make.counter("ghostllm_events_told_total"),
    eventFailures: make.counter("ghostllm_event_failures_total"),
    eventsMissed: make.counter("ghostllm_events_missed_total"),
    watchSinks(read: () => ReadonlyMap<string, number>): void {
      make.gauge("ghostllm_events_waiting", (gauge) => {
        for (const [sink, waiting] of read()) gauge.labels(sink).set(waiting);
      });
    },
    watchConnections(read: () => number): void {
      make.gauge("ghostllm_connections", (gauge) => gauge.set(read()));
    },
    watchHeldBytes(read: () => number): void {
      make.gauge("ghostllm_held_bytes", (gauge) => gauge.set(read()));
    },
    /** The journal is asked when the metrics are read, not when it changes. */
    watchJournal(read: () => JournalGauges): void {
      make.gauge("ghostllm_journal_pending_records", (gauge) => gauge.set(read().pendingRecords));
      make.gauge("ghostllm_journal_pending_bytes", (gauge) => gauge.set(read().pendingBytes));
    },
  };
}
