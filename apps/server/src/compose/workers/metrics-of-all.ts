import type { Clock } from "#domain/clock.ts";
import type { CountedMetrics, Metrics } from "#telemetry/metrics.ts";
import { rememberText, type MetricsText } from "#telemetry/metrics-text.ts";

interface MetricsSources {
  /** Of the main thread. */
  readonly metrics: Pick<Metrics, "readWith">;
  readonly clock: Clock;
  readonly askWorkers: () => Promise<readonly CountedMetrics[]>;
}

/** What all threads of the server have counted, as one text. Answers how to read it. */
export function metricsOfAll({ metrics, clock, askWorkers }: MetricsSources): () => Promise<MetricsText> {
  const read = rememberText(async () => metrics.readWith(await askWorkers()));
  return () => read(clock.monotonic());
}
