import type { Counter, Gauge } from "prom-client";
import type { MetricDefinition } from "./metric-definition.ts";

/** Of answers that are kept for requests that come again. */
export const cacheMetricDefinitions = {
  ghostllm_cache_requests_total: {
    type: "counter",
    help: "Requests to aliases with a cache policy, by what came of it: hit, miss, or bypass.",
    labels: ["outcome"],
  },
  ghostllm_cache_saved_usd_total: {
    type: "counter",
    help: "What requests would have cost that were answered by what was told before.",
    labels: [],
  },
  ghostllm_cache_semantic_total: {
    type: "counter",
    help: "Requests that were compared with others by meaning, by what came of it, such as told, unlike, differs or late.",
    labels: ["outcome"],
  },
  ghostllm_cache_vectors: { type: "gauge", help: "Kept answers that are found by meaning, too.", labels: [] },
  ghostllm_cache_vector_bytes: { type: "gauge", help: "What their vectors take.", labels: [] },
  ghostllm_cache_entries: { type: "gauge", help: "Answers that are kept.", labels: [] },
  ghostllm_cache_bytes: { type: "gauge", help: "What they take; cache.bytes is the most.", labels: [] },
} as const satisfies Record<string, MetricDefinition>;

export interface CacheGauges {
  readonly entries: number;
  readonly bytes: number;
  readonly vectors: number;
  readonly vectorBytes: number;
}

type Name = keyof typeof cacheMetricDefinitions;

interface Make {
  counter(name: Name): Counter;
  gauge(name: Name, read: (gauge: Gauge) => void | Promise<void>): Gauge;
}

export function cacheMetrics(make: Make) {
  return {
    cacheRequests: make.counter("ghostllm_cache_requests_total"),
    cacheSemantic: make.counter("ghostllm_cache_semantic_total"),
    cacheSaved: make.counter("ghostllm_cache_saved_usd_total"),
    /** Null while nobody knows. */
    watchCache(read: () => Promise<CacheGauges | null>): void {
      const told = async (gauge: Gauge, what: keyof CacheGauges): Promise<void> => {
        const use = await read();
        if (use !== null) gauge.set(use[what]);
      };
      make.gauge("ghostllm_cache_entries", (gauge) => told(gauge, "entries"));
      make.gauge("ghostllm_cache_bytes", (gauge) => told(gauge, "bytes"));
      make.gauge("ghostllm_cache_vectors", (gauge) => told(gauge, "vectors"));
      make.gauge("ghostllm_cache_vector_bytes", (gauge) => told(gauge, "vectorBytes"));
    },
  };
}
