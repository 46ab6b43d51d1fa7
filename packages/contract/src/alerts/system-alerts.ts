// Alerts of the server itself, its parts and its machine.

import { type Alert, alertBounds, grown } from "./alert.ts";

export const systemAlerts: readonly Alert[] = [
  {
    name: "GhostllmDown",
    severity: "critical",
    expr: 'up{job="ghostllm"} == 0',
    for: "1m",
    summary: "{{ $labels.instance }} cannot be asked for its metrics",
    meaning: "Prometheus does not reach an instance, or is refused by it (a token that is wrong is the same to it).",
    remedy:
      "Look at the targets page of Prometheus for the reason, then at the log of the instance. `GET /health/live` says whether it runs.",
  },
  {
    name: "GhostllmRestarts",
    severity: "warning",
    expr: 'changes(process_start_time_seconds{job="ghostllm"}[15m]) > 2',
    for: "0s",
    summary: "{{ $labels.instance }} was started {{ $value }} times in a quarter of an hour",
    meaning: "An instance ends again and again.",
    remedy:
      "Its last lines on standard error say why; a process that the system killed says nothing: see `dmesg` for memory.",
  },
  {
    name: "GhostllmPartUnwell",
    severity: "critical",
    expr: "min by (job, part) (ghostllm_part_healthy) == 0",
    for: "2m",
    summary: "The part {{ $labels.part }} is not well",
    meaning: "A part that the server depends on is not well. Requests go on; what the part is for does not.",
    remedy: "`GET /health` says of each part what is wrong with it.",
  },
  {
    name: "GhostllmConfigurationRefused",
    severity: "warning",
    expr: "ghostllm_config_last_reload_successful == 0",
    for: "5m",
    summary: "{{ $labels.instance }} does not take its configuration file",
    meaning: "The file has a fault, or declares what cannot be. The server goes on with what it had.",
    remedy: "`ghostllm config status` says what is wrong, with its line. Mend the file: it is read anew by itself.",
  },
  {
    name: "GhostllmJournalGrowing",
    severity: "critical",
    expr: `ghostllm_journal_pending_records > ${alertBounds.journalRecords}`,
    for: "5m",
    summary: "{{ $value }} usage records of {{ $labels.instance }} wait for the database",
    meaning:
      "The database is away, locked, or slower than the traffic. Nothing is lost as long as the disk has room, but reports do not see it.",
    remedy: "Bring the database back; records are stored by themselves then. Do not remove the journal.",
  },
  {
    name: "GhostllmRecordsRejected",
    severity: "critical",
    expr: grown("ghostllm_records_rejected_total", "1h"),
    for: "0s",
    summary: "{{ $labels.instance }} has set usage records aside that cannot be stored",
    meaning: "The database has refused records for good, or a line of the journal is torn. Their cost is in no report.",
    remedy:
      "They stand in `journal/*.rejected` in the data directory, each with its reason. A database that somebody has changed by hand is the usual one.",
  },
  {
    name: "GhostllmEventsNotTold",
    severity: "warning",
    expr: "sum by (job, sink) (rate(ghostllm_event_failures_total[15m])) > 0",
    for: "10m",
    summary: "Events cannot be told to {{ $labels.sink }}",
    meaning:
      "A broker or a webhook does not take events. They wait in the database and are told later, as long as the backlog has room.",
    remedy:
      "The page Events lists deliveries with their last error. See to the receiver before `events.backlog` is full.",
  },
  {
    name: "GhostllmRedisAway",
    severity: "critical",
    expr: "ghostllm_redis_asked == 0",
    for: "1m",
    summary: "{{ $labels.instance }} decides on limits and budgets without Redis",
    meaning:
      "Redis is away or too slow: each instance lets in its own share of limits, and of what is left of budgets.",
    remedy: "Bring Redis back. What it missed is told to it within five seconds.",
  },
  {
    name: "GhostllmTracesDropped",
    severity: "warning",
    expr: grown("ghostllm_traces_dropped_total", "15m"),
    for: "0s",
    summary: "{{ $labels.instance }} loses traces of requests ({{ $labels.reason }})",
    meaning:
      "The collector of `otel.endpoint` did not want traces (refused), did not answer for five minutes (unreachable), or takes less than comes, so that 16 MiB of a thread were full (room). Requests are answered, and recorded, all the same.",
    remedy:
      "The log says once a minute what the collector answers. Refused: look at `otel.headers` and at the path of the endpoint. Else: bring the collector back, give it more room, or trace fewer requests (`otel.sampler`).",
  },
  {
    name: "GhostllmConnectionsRefused",
    severity: "warning",
    expr: grown("ghostllm_connections_refused_total", "5m"),
    for: "1m",
    summary: "{{ $labels.instance }} refuses connections ({{ $labels.reason }})",
    meaning:
      "More connections came than `limits.connections` (total), `limits.connections_per_address` (address) or descriptors (accept) allow.",
    remedy: "Raise the limit and `ulimit -n`, name the load balancer in `server.trusted_proxies`, or add an instance.",
  },
  {
    name: "GhostllmEventLoopBusy",
    severity: "warning",
    expr: "ghostllm:event_loop_busy:ratio_rate5m > 0.9",
    for: "5m",
    summary:
      "Thread {{ $labels.thread }} of {{ $labels.instance }} is busy {{ $value | humanizePercentage }} of the time",
    meaning: "A thread that answers requests has hardly any time left: they wait for it.",
    remedy: "Raise `server.workers`, or add an instance. See docs/performance.md for what a core can do.",
  },
  {
    name: "GhostllmDescriptorsShort",
    severity: "warning",
    expr: 'process_open_fds{job="ghostllm"} / process_max_fds{job="ghostllm"} > 0.8',
    for: "5m",
    summary: "{{ $labels.instance }} has {{ $value | humanizePercentage }} of its descriptors in use",
    meaning: "Connections and files need descriptors; without one, connections are refused.",
    remedy: "Raise `ulimit -n` (`LimitNOFILE` of systemd) to twice the connections that it should serve.",
  },
  {
    name: "GhostllmDiskShort",
    severity: "critical",
    expr: `ghostllm_data_disk_free_bytes / ghostllm_data_disk_bytes < ${alertBounds.diskFree}`,
    for: "5m",
    summary: "{{ $value | humanizePercentage }} of the disk with the data of {{ $labels.instance }} is free",
    meaning:
      "The journal and the embedded database are there. A full disk stops requests (503), since they could not be recorded.",
    remedy: "Make room; see `retention.*` for how long requests, prompts and the audit log are kept.",
  },
  {
    name: "GhostllmBackupOld",
    severity: "critical",
    expr: `time() - max by (job) (ghostllm_backup_last_success_timestamp_seconds) > ${alertBounds.backupIntervals} * max by (job) (ghostllm_backup_interval_seconds)`,
    for: "15m",
    summary: "The last backup was made {{ $value | humanizeDuration }} ago",
    meaning: "A backup is due (`backup.every`), and none was made: the last ones failed, or nobody has made any yet.",
    remedy:
      "The page Backups says why, as does `GET /admin/backups`. `ghostllm backup` makes one at once, and says what is in the way.",
  },
  {
    name: "GhostllmJournalNotArchived",
    severity: "warning",
    expr: "changes(ghostllm_archive_last_success_timestamp_seconds[15m]) == 0 and ghostllm_archive_pending_bytes > 0",
    for: "5m",
    summary: "{{ $labels.instance }} has not archived its journal for a quarter of an hour",
    meaning:
      "What was stored since is in the database, but could not be restored from the archive. Up to 1 GiB waits on the disk; beyond that the archive gets a gap.",
    remedy: "The log says why the place of the backups cannot be written to.",
  },
  {
    name: "GhostllmCertificateEnds",
    severity: "critical",
    expr: "ghostllm_certificate_not_after_seconds - time() < clamp_max((ghostllm_certificate_not_after_seconds - ghostllm_certificate_not_before_seconds) / 6, 7 * 86400)",
    for: "0s",
    summary: "The certificate {{ $labels.name }} of {{ $labels.instance }} ends in {{ $value | humanizeDuration }}",
    meaning:
      "A certificate that clients are shown ends within a week, or has less than a sixth of its life left. What stands in for the first one of an authority is none: of that `GhostllmPartUnwell` tells.",
    remedy:
      "Renew it: files are read anew when they change, and on SIGHUP; of one that comes by ACME `ghostllm tls list` says why it was not renewed.",
  },
  {
    name: "GhostllmCertificateNotRenewed",
    severity: "warning",
    expr: `ghostllm_certificate_renewal_failures >= ${alertBounds.renewalFailures}`,
    for: "0s",
    summary: "{{ $labels.instance }} was refused a certificate {{ $value }} times in a row",
    meaning: "The authority of `tls.acme` has issued no certificate; the one in use goes on until its end.",
    remedy: "`ghostllm tls list` says why; see docs/tls.md, Troubleshooting.",
  },
];
