import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { UsageStatus } from "#domain/usage-record.ts";
import { rememberText, textOf, type MetricsText } from "./metrics-text.ts";
import { eventMetrics } from "./event-metrics.ts";
import type { MetricDefinition } from "./metric-definition.ts";
import { cacheMetricDefinitions, cacheMetrics } from "./cache-metrics.ts";
import { targetMetricDefinitions, targetMetrics } from "./target-metrics.ts";
import { redisMetricDefinitions, redisMetrics } from "./redis-metrics.ts";

const durationBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const overheadBuckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5];

/** Every metric of GhostLLM by its name; docs/metrics.md is written from this table. */
export const metricDefinitions = {
  ghostllm_requests_total: {
    type: "counter",
    help: "Requests that reached a provider, or were answered without one (whose name is empty then), by how they ended (ok, error, client_abort, timeout, shutdown).",
    labels: ["provider", "model", "status"],
  },
  ghostllm_request_duration_seconds: {
    type: "histogram",
    help: "From the arrival of a request to the end of its answer.",
    labels: ["provider", "model"],
  },
  ghostllm_overhead_seconds: {
    type: "histogram",
    help: "The part of a request's time that GhostLLM itself took.",
    labels: [],
  },
  ghostllm_time_to_first_token_seconds: {
    type: "histogram",
    help: "From the arrival of a streaming request to the first bytes of its answer.",
    labels: ["provider", "model"],
  },
  ghostllm_tokens_total: {
    type: "counter",
    help: "Tokens by type: prompt and completion, and the cached and reasoning tokens that are part of them.",
    labels: ["provider", "model", "type"],
  },
  ghostllm_cost_usd_total: {
    type: "counter",
    help: "Cost of requests whose price is known.",
    labels: ["provider", "model"],
  },
  ghostllm_unpriced_requests_total: {
    type: "counter",
    help: "Requests whose price is unknown, so that their cost is recorded as null.",
    labels: ["provider", "model"],
  },
  ghostllm_estimated_requests_total: {
    type: "counter",
    help: "Requests for which the provider told no usage, so that it was estimated.",
    labels: ["provider", "model"],
  },
  ghostllm_errors_total: {
    type: "counter",
    help: "Requests answered with an error of GhostLLM's catalogue, by its code.",
    labels: ["code"],
  },
  ghostllm_attempt_failures_total: {
    type: "counter",
    help: "Attempts at a provider that failed, also those that a retry or a fallback made good.",
    labels: ["provider", "reason"],
  },
  ghostllm_personal_data_total: {
    type: "counter",
    help: "What privacy policies found in requests, by its class and by what was done with it (block, mask, replace).",
    labels: ["class", "action"],
  },
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
  ...redisMetricDefinitions,
  ...targetMetricDefinitions,
  ...eventMetrics,
} as const satisfies Record<string, MetricDefinition>;

type MetricName = keyof typeof metricDefinitions;

/** The metrics of one provider and model with their labels bound, so that counting needs no look-up by label. */
export interface ModelMetrics {
  countStatus(status: UsageStatus): void;
  readonly duration: { observe(value: number): void };
  readonly timeToFirstToken: { observe(value: number): void };
  readonly promptTokens: { inc(value: number): void };
  readonly completionTokens: { inc(value: number): void };
  readonly cachedTokens: { inc(value: number): void };
  readonly reasoningTokens: { inc(value: number): void };
  readonly cost: { inc(value: number): void };
  readonly unpriced: { inc(): void };
  readonly estimated: { inc(): void };
}

export interface JournalGauges {
  readonly pendingRecords: number;
  readonly pendingBytes: number;
}

export type Metrics = ReturnType<typeof createMetrics>;

/** What a thread has counted; plain data, to be read together with that of others. */
export type CountedMetrics = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** `forThread`: what Node tells of the process is told by the main thread. */
export function createMetrics({ forThread = false } = {}) {
  const registry = new Registry();
  const ofProcess = new Registry();
  if (!forThread) collectDefaultMetrics({ register: ofProcess });
  const make = factoryOf(registry);
  return {
    read: rememberText(() => textOf(ofProcess, registry)),
    /** Together with what other threads have counted: that is added up, and of versions the latest is told. */
    readWith: async (others: readonly CountedMetrics[]): Promise<MetricsText> =>
      textOf(ofProcess, AggregatorRegistry.aggregate([await registry.getMetricsAsJSON(), ...others])),
    count: (): Promise<CountedMetrics> => registry.getMetricsAsJSON(),
    forModel: remember(binderOf(make)),
    overhead: make.histogram("ghostllm_overhead_seconds", overheadBuckets),
    errors: make.counter("ghostllm_errors_total"),
    attemptFailures: make.counter("ghostllm_attempt_failures_total"),
    personalData: make.counter("ghostllm_personal_data_total"),
    storedContents: make.counter("ghostllm_stored_contents_total"),
    running: make.gauge("ghostllm_requests_running"),
    connectionsRefused: make.counter("ghostllm_connections_refused_total"),
    answersUnread: make.counter("ghostllm_answers_unread_total"),
    snapshotVersion: make.latest("ghostllm_snapshot_version"),
    recordsDrained: make.counter("ghostllm_records_drained_total"),
    recordsRejected: make.counter("ghostllm_records_rejected_total"),
    drainFailures: make.counter("ghostllm_drain_failures_total"),
    ...cacheMetrics(make),
    ...redisMetrics(make),
    ...targetMetrics(make),
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

function binderOf(make: Factory) {
  const requests = make.tallies("ghostllm_requests_total");
  const duration = make.histogram("ghostllm_request_duration_seconds", durationBuckets);
  const timeToFirstToken = make.histogram("ghostllm_time_to_first_token_seconds", durationBuckets);
  const tokens = make.tallies("ghostllm_tokens_total");
  const cost = make.tallies("ghostllm_cost_usd_total");
  const unpriced = make.tallies("ghostllm_unpriced_requests_total");
  const estimated = make.tallies("ghostllm_estimated_requests_total");
  return (provider: string, model: string): ModelMetrics => {
    const byStatus = {
      ok: requests(provider, model, "ok"),
      error: requests(provider, model, "error"),
      client_abort: requests(provider, model, "client_abort"),
      timeout: requests(provider, model, "timeout"),
      shutdown: requests(provider, model, "shutdown"),
    };
    return {
      countStatus: (status) => byStatus[status].inc(),
      duration: duration.labels(provider, model),
      timeToFirstToken: timeToFirstToken.labels(provider, model),
      promptTokens: tokens(provider, model, "prompt"),
      completionTokens: tokens(provider, model, "completion"),
      cachedTokens: tokens(provider, model, "cached"),
      reasoningTokens: tokens(provider, model, "reasoning"),
      cost: cost(provider, model),
      unpriced: unpriced(provider, model),
      estimated: estimated(provider, model),
    };
  };
}

/** A number that grows with each request: the counter is told when it is read, for its own way of counting costs a request more. */
class Tally {
  #untold = 0;

  inc(value = 1): void {
    this.#untold += value;
  }

  take(): number {
    const untold = this.#untold;
    this.#untold = 0;
    return untold;
  }
}

type Factory = ReturnType<typeof factoryOf>;

function factoryOf(registry: Registry) {
  const options = (name: MetricName) => {
    const { help, labels } = metricDefinitions[name];
    return { name, help, labelNames: [...labels], registers: [registry] };
  };
  return {
    counter: (name: MetricName) => new Counter(options(name)),
    /** A counter of which each series is a tally. */
    tallies: (name: MetricName) => {
      const series: { readonly labels: readonly string[]; readonly tally: Tally }[] = [];
      const counter = new Counter({
        ...options(name),
        collect() {
          for (const { labels, tally } of series) {
            const value = tally.take();
            if (value > 0) counter.labels(...labels).inc(value);
          }
        },
      });
      return (...labels: readonly string[]): Tally => {
        const tally = new Tally();
        series.push({ labels, tally });
        return tally;
      };
    },
    histogram: (name: MetricName, buckets: number[]) => new Histogram({ ...options(name), buckets }),
    /** A number that all threads should agree on. */
    latest: (name: MetricName) => new Gauge({ ...options(name), aggregator: "max" }),
    gauge: (name: MetricName, read?: (gauge: Gauge) => void | Promise<void>) =>
      new Gauge({
        ...options(name),
        ...(read && {
          collect(this: Gauge) {
            return read(this);
          },
        }),
      }),
  };
}

/** Labels come from the snapshot's rows, which are bounded, so what is remembered is too. */
function remember(bind: (provider: string, model: string) => ModelMetrics) {
  const known = new Map<string, ModelMetrics>();
  return (provider: string, model: string): ModelMetrics => {
    const name = `${provider}/${model}`;
    let bound = known.get(name);
    if (bound === undefined) {
      bound = bind(provider, model);
      known.set(name, bound);
    }
    return bound;
  };
}
