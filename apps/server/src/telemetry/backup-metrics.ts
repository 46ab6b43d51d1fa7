import type { Gauge } from "prom-client";
import type { MetricDefinition } from "./metric-definition.ts";

/** Of backups, and of the archive of the journal. */
export const backupMetricDefinitions = {
  ghostllm_backup_last_success_timestamp_seconds: {
    type: "gauge",
    help: "When the last backup was made, in seconds since 1970; 0 where there is none. Where `backup.to` is configured.",
    labels: [],
  },
  ghostllm_backup_interval_seconds: {
    type: "gauge",
    help: "From one backup to the next, as `backup.every` says.",
    labels: [],
  },
  ghostllm_archive_pending_bytes: {
    type: "gauge",
    help: "Lines of the journal that are stored and not archived yet. Where `backup.journal_every` is configured.",
    labels: [],
  },
  ghostllm_archive_last_success_timestamp_seconds: {
    type: "gauge",
    help: "Up to when the journal is archived, in seconds since 1970; 0 where it was not since the start.",
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Times are epoch ms. */
export interface BackupGauges {
  readonly lastMadeAt: number;
  readonly everyMs: number | null;
}

export interface ArchiveGauges {
  readonly pendingBytes: number;
  readonly archivedUpTo: number | null;
}

type Name = keyof typeof backupMetricDefinitions;

interface Make {
  gauge(name: Name, read: (gauge: Gauge) => void): Gauge;
}

export function backupMetrics(make: Make) {
  return {
    watchBackups(read: () => BackupGauges): void {
      make.gauge("ghostllm_backup_last_success_timestamp_seconds", (gauge) => gauge.set(read().lastMadeAt / 1_000));
      make.gauge("ghostllm_backup_interval_seconds", (gauge) => {
        const { everyMs } = read();
        if (everyMs !== null) gauge.set(everyMs / 1_000);
      });
    },
    watchArchive(read: () => ArchiveGauges): void {
      make.gauge("ghostllm_archive_pending_bytes", (gauge) => gauge.set(read().pendingBytes));
      make.gauge("ghostllm_archive_last_success_timestamp_seconds", (gauge) =>
        gauge.set((read().archivedUpTo ?? 0) / 1_000),
      );
    },
  };
}
