/** What Prometheus watches over, as data: its rules, docs/alerts.md, the suite that causes each, and what the server tells of them. */
export interface Alert {
  readonly name: string;
  readonly severity: AlertSeverity;
  readonly expr: string;
  /** How long it must be so, such as `5m`. */
  readonly for: string;
  /** One line, of one alert: `{{ $labels.provider }}` may be in it. */
  readonly summary: string;
  /** What it means, and what to do. */
  readonly meaning: string;
  readonly remedy: string;
}

export type AlertSeverity = "critical" | "warning" | "info";

/** What no metric tells, and the server sees. */
export type OwnAlert = Pick<Alert, "name" | "severity" | "meaning" | "remedy">;

/** By which the server decides as Prometheus does. */
export const alertBounds = {
  /** Of a budget, spent. */
  budgetNear: 0.8,
  /** Usage records that wait for the database: what a second of much traffic leaves is less. */
  journalRecords: 5_000,
  /** Of the disk with the data, free. */
  diskFree: 0.1,
  /** Of what is from one backup to the next, without one. */
  backupIntervals: 1.5,
  /** Of an authority of certificates, in a row. */
  renewalFailures: 3,
} as const;

/** A series that begins with a number has not grown by it for Prometheus: one that was not there before counts as a whole. */
export const grown = (metric: string, window: string): string =>
  `increase(${metric}[${window}]) > 0 or (${metric} unless ${metric} offset ${window}) > 0`;
