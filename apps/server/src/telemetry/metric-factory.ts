// Makes the metrics of a table of definitions in a registry. Called by metrics.ts.

import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { MetricDefinition } from "./metric-definition.ts";

/** A number that grows with each request: the counter is told when it is read, for its own way of counting costs a request more. */
export class Tally {
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

type Fill<Metric> = (metric: Metric) => void | Promise<void>;

export interface MetricFactory<Name extends string> {
  counter(name: Name): Counter;
  /** A counter of which each series is a tally. */
  tallies(name: Name): (...labels: readonly string[]) => Tally;
  /** A counter that somebody else counts: it is told anew whenever it is read. */
  counted(name: Name, fill: Fill<Counter>): Counter;
  histogram(name: Name, buckets: number[]): Histogram;
  gauge(name: Name, read?: Fill<Gauge>): Gauge;
  /** A number that all threads should agree on. */
  latest(name: Name): Gauge;
}

export function metricFactory<Name extends string>(
  registry: Registry,
  definitions: Readonly<Record<Name, MetricDefinition>>,
): MetricFactory<Name> {
  const options = (name: Name) => {
    const { help, labels } = definitions[name];
    return { name, help, labelNames: [...labels], registers: [registry] };
  };
  return {
    counter: (name) => new Counter(options(name)),
    tallies: (name) => talliesOf(options(name)),
    counted: (name, fill) =>
      new Counter({
        ...options(name),
        collect() {
          this.reset();
          return fill(this);
        },
      }),
    histogram: (name, buckets) => new Histogram({ ...options(name), buckets }),
    latest: (name) => new Gauge({ ...options(name), aggregator: "max" }),
    gauge: (name, read) =>
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

function talliesOf(options: ConstructorParameters<typeof Counter>[0]): (...labels: readonly string[]) => Tally {
  const series: { readonly labels: readonly string[]; readonly tally: Tally }[] = [];
  const counter = new Counter({
    ...options,
    collect() {
      for (const { labels, tally } of series) {
        const value = tally.take();
        if (value > 0) counter.labels(...labels).inc(value);
      }
    },
  });
  return (...labels) => {
    const tally = new Tally();
    series.push({ labels, tally });
    return tally;
  };
}
