// What is recorded and alerted on, as data: deploy/prometheus, docs/alerts.md and the suite that causes each of them follow from it.

/** A series that is computed once for all who ask for it. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
}

export interface Alert {
  readonly name: string;
  readonly severity: "critical" | "warning" | "info";
  readonly expr: string;
  /** How long it must be so, such as `5m`. */
  readonly for: string;
  /** One line, of one alert: `{{ $labels.provider }}` may be in it. */
  readonly summary: string;
  /** For docs/alerts.md: what it means, and what to do. */
  readonly meaning: string;
  readonly remedy: string;
}

/** A series that begins with a number has not grown by it for Prometheus: one that was not there before counts as a whole. */
export const grown = (metric: string, window: string): string =>
  `increase(${metric}[${window}]) > 0 or (${metric} unless ${metric} offset ${window}) > 0`;
