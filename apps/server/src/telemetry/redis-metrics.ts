import type { Counter, Gauge } from "prom-client";
import type { MetricDefinition } from "./metric-definition.ts";

/** Of an installation whose instances share a Redis. */
export const redisMetricDefinitions = {
  ghostllm_redis_asked: {
    type: "gauge",
    help: "1 while Redis is asked for limits and budgets, 0 while it is away or too slow.",
    labels: [],
  },
  ghostllm_redis_away_total: {
    type: "counter",
    help: "How often Redis was found to be away or too slow.",
    labels: [],
  },
  ghostllm_instances: { type: "gauge", help: "Instances that share this Redis, as last seen.", labels: [] },
} as const satisfies Record<string, MetricDefinition>;

interface RedisGauges {
  readonly isAsked: boolean;
  readonly instances: number;
}

type Name = keyof typeof redisMetricDefinitions;

interface Make {
  counter(name: Name): Counter;
  gauge(name: Name, read: (gauge: Gauge) => void): Gauge;
}

export function redisMetrics(make: Make) {
  return {
    redisAway: make.counter("ghostllm_redis_away_total"),
    watchRedis(read: () => RedisGauges): void {
      make.gauge("ghostllm_redis_asked", (gauge) => gauge.set(read().isAsked ? 1 : 0));
      make.gauge("ghostllm_instances", (gauge) => gauge.set(read().instances));
    },
  };
}
