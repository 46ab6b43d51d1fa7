import type { Counter, Histogram } from "prom-client";
import type { UsageRecord, UsageStatus } from "#domain/usage-record.ts";
import { BoundedNames, otherName } from "./bounded-names.ts";
import type { MetricDefinition } from "./metric-definition.ts";
import type { Tally } from "./metric-factory.ts";

const durationBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const overheadBuckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5];

/** Of requests, by who answered them. */
export const requestMetricDefinitions = {
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
} as const satisfies Record<string, MetricDefinition>;

type Name = keyof typeof requestMetricDefinitions;

interface Make {
  counter(name: Name): Counter;
  histogram(name: Name, buckets: number[]): Histogram;
  tallies(name: Name): (...labels: readonly string[]) => Tally;
}

/** The metrics of one provider and model with their labels bound, so that counting needs no look-up by label. */
interface ModelMetrics {
  countStatus(status: UsageStatus): void;
  readonly duration: { observe(value: number): void };
  readonly timeToFirstToken: { observe(value: number): void };
  readonly promptTokens: Tally;
  readonly completionTokens: Tally;
  readonly cachedTokens: Tally;
  readonly reasoningTokens: Tally;
  readonly cost: Tally;
  readonly unpriced: Tally;
  readonly estimated: Tally;
}

/** `mostNames`: of models, and of providers. */
export function requestMetrics(make: Make, mostNames: number) {
  const forModel = remember(binderOf(make), mostNames);
  const failures = make.counter("ghostllm_attempt_failures_total");
  const failing = new BoundedNames(mostNames);
  const overhead = make.histogram("ghostllm_overhead_seconds", overheadBuckets);
  return {
    errors: make.counter("ghostllm_errors_total"),
    attemptFailed: (provider: string, reason: string): void => failures.labels(failing.of(provider), reason).inc(),
    requestFinished(record: UsageRecord, overheadMs: number): void {
      // A model without a row has a name that a client made up: it must not become a label.
      count(forModel(record.provider, record.modelId === null ? otherName : record.model), record);
      overhead.observe(Math.max(0, overheadMs) / 1000);
    },
  };
}

function count(bound: ModelMetrics, record: UsageRecord): void {
  bound.countStatus(record.status);
  bound.duration.observe(record.latencyMs / 1000);
  if (record.ttftMs !== null && record.streamed) bound.timeToFirstToken.observe(record.ttftMs / 1000);
  bound.promptTokens.inc(record.promptTokens);
  bound.completionTokens.inc(record.completionTokens);
  if (record.cachedTokens > 0) bound.cachedTokens.inc(record.cachedTokens);
  if (record.reasoningTokens > 0) bound.reasoningTokens.inc(record.reasoningTokens);
  if (record.costNanos === null) bound.unpriced.inc();
  else bound.cost.inc(record.costNanos / 1e9);
  if (record.estimated) bound.estimated.inc();
}

function binderOf(make: Make) {
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

/** What was bound first stays bound; models that come later are counted as `other` of their provider. */
function remember(bind: (provider: string, model: string) => ModelMetrics, mostNames: number) {
  const known = new Map<string, ModelMetrics>();
  const [providers, models] = [new BoundedNames(mostNames), new BoundedNames(mostNames)];
  const boundFor = (name: string, provider: string, model: string): ModelMetrics => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const bound = bind(provider, model);
    known.set(name, bound);
    return bound;
  };
  return (provider: string, model: string): ModelMetrics => {
    const name = `${provider}/${model}`;
    const before = known.get(name);
    if (before !== undefined) return before;
    const toldProvider = providers.of(provider);
    const toldModel = models.of(name) === name ? model : otherName;
    return boundFor(`${toldProvider}/${toldModel}`, toldProvider, toldModel);
  };
}
