// Of each alert series with which it fires and series with which it does not, just within its bound: as `promtool test rules` has them.

interface Proof {
  readonly fires: Readonly<Record<string, string>>;
  readonly quiet: Readonly<Record<string, string>>;
}

const requests = (status: string): string =>
  `ghostllm_requests_total{job="g",provider="p",model="m",status="${status}"}`;
const bucket = (le: string): string =>
  `ghostllm_time_to_first_token_seconds_bucket{job="g",provider="p",model="m",le="${le}"}`;
const target = (state: string): string => `ghostllm_targets_not_closed{job="g",provider="p",state="${state}"}`;
const queued = (outcome: string): string => `ghostllm_queue_requests_total{job="g",alias="a",outcome="${outcome}"}`;
const budget = 'ghostllm_budget_used_ratio{job="g",scope="team",id="1",name="n",span="total"}';
const unpriced = 'ghostllm_unpriced_requests_total{job="g",provider="p",model="m"}';
const of = (metric: string): string => `${metric}{job="ghostllm",instance="i"}`;

const certificate = (what: "not_after" | "not_before"): string =>
  `ghostllm_certificate_${what}_seconds{job="ghostllm",instance="i",name="public"}`;

export const proofs: Readonly<Record<string, Proof>> = {
  GhostllmFailures: {
    fires: { [requests("ok")]: "0+94x40", [requests("timeout")]: "0+6x40" },
    quiet: { [requests("ok")]: "0+96x40", [requests("error")]: "0+4x40", [requests("client_abort")]: "0+50x40" },
  },
  GhostllmProviderFailing: {
    fires: {
      [requests("ok")]: "0+75x40",
      'ghostllm_attempt_failures_total{job="g",provider="p",reason="500"}': "0+25x40",
    },
    quiet: {
      [requests("ok")]: "0+85x40",
      'ghostllm_attempt_failures_total{job="g",provider="p",reason="500"}': "0+15x40",
    },
  },
  GhostllmTargetsResting: { fires: { [target("open")]: "1x40" }, quiet: { [target("half_open")]: "1x40" } },
  GhostllmTargetsParked: { fires: { [target("parked")]: "1x40" }, quiet: { [target("open")]: "1x40" } },
  GhostllmSlowFirstToken: {
    fires: { [bucket("10")]: "0+94x40", [bucket("30")]: "0+100x40", [bucket("+Inf")]: "0+100x40" },
    quiet: { [bucket("10")]: "0+96x40", [bucket("30")]: "0+100x40", [bucket("+Inf")]: "0+100x40" },
  },
  GhostllmQueueFull: { fires: { [queued("late")]: "0+1x40" }, quiet: { [queued("served")]: "0+9x40" } },
  GhostllmBudgetNear: { fires: { [budget]: "0.8x40" }, quiet: { [budget]: "1x40" } },
  GhostllmBudgetUsedUp: { fires: { [budget]: "1x40" }, quiet: { [budget]: "0.99x40" } },
  // The first of them, too.
  GhostllmUnpricedRequests: { fires: { [unpriced]: "_x15 1x25" }, quiet: { [unpriced]: "1x200" } },
  GhostllmDown: { fires: { [of("up")]: "0x40" }, quiet: { [of("up")]: "1x40" } },
  GhostllmRestarts: {
    fires: { [of("process_start_time_seconds")]: "1x8 2x3 3x3 4x30" },
    quiet: { [of("process_start_time_seconds")]: "1x8 2x3 3x30" },
  },
  GhostllmPartUnwell: {
    fires: { 'ghostllm_part_healthy{job="g",part="store"}': "0x40" },
    quiet: { 'ghostllm_part_healthy{job="g",part="store"}': "1x40" },
  },
  GhostllmConfigurationRefused: {
    fires: { [of("ghostllm_config_last_reload_successful")]: "0x40" },
    quiet: { [of("ghostllm_config_last_reload_successful")]: "1x40" },
  },
  GhostllmJournalGrowing: {
    fires: { [of("ghostllm_journal_pending_records")]: "5001x40" },
    quiet: { [of("ghostllm_journal_pending_records")]: "5000x40" },
  },
  GhostllmBackupOld: {
    fires: {
      [of("ghostllm_backup_last_success_timestamp_seconds")]: "0x60",
      [of("ghostllm_backup_interval_seconds")]: "120x60",
    },
    quiet: {
      [of("ghostllm_backup_last_success_timestamp_seconds")]: "0+60x200",
      [of("ghostllm_backup_interval_seconds")]: "600x200",
    },
  },
  GhostllmJournalNotArchived: {
    fires: {
      [of("ghostllm_archive_last_success_timestamp_seconds")]: "1x60",
      [of("ghostllm_archive_pending_bytes")]: "5x60",
    },
    quiet: {
      [of("ghostllm_archive_last_success_timestamp_seconds")]: "0+60x200",
      [of("ghostllm_archive_pending_bytes")]: "5x200",
    },
  },
  GhostllmRecordsRejected: {
    fires: { [of("ghostllm_records_rejected_total")]: "0x5 1x40" },
    quiet: { [of("ghostllm_records_rejected_total")]: "1x200" },
  },
  GhostllmEventsNotTold: {
    fires: { 'ghostllm_event_failures_total{job="g",sink="nats"}': "0+1x40" },
    quiet: { 'ghostllm_event_failures_total{job="g",sink="nats"}': "7x200" },
  },
  GhostllmRedisAway: {
    fires: { [of("ghostllm_redis_asked")]: "0x40" },
    quiet: { [of("ghostllm_redis_asked")]: "1x40" },
  },
  GhostllmTracesDropped: {
    // The first of them, too.
    fires: { 'ghostllm_traces_dropped_total{job="g",instance="i",reason="refused"}': "_x15 3x25" },
    quiet: { 'ghostllm_traces_dropped_total{job="g",instance="i",reason="refused"}': "3x200" },
  },
  GhostllmConnectionsRefused: {
    fires: { 'ghostllm_connections_refused_total{job="g",instance="i",reason="total"}': "0+1x40" },
    quiet: { 'ghostllm_connections_refused_total{job="g",instance="i",reason="total"}': "7x200" },
  },
  GhostllmEventLoopBusy: {
    fires: { 'ghostllm_event_loop_busy_seconds_total{job="g",instance="i",thread="1"}': "0+55x40" },
    quiet: { 'ghostllm_event_loop_busy_seconds_total{job="g",instance="i",thread="1"}': "0+53x40" },
  },
  GhostllmDescriptorsShort: {
    fires: { [of("process_open_fds")]: "81x40", [of("process_max_fds")]: "100x40" },
    quiet: { [of("process_open_fds")]: "79x40", [of("process_max_fds")]: "100x40" },
  },
  GhostllmDiskShort: {
    fires: { [of("ghostllm_data_disk_free_bytes")]: "9x40", [of("ghostllm_data_disk_bytes")]: "100x40" },
    quiet: { [of("ghostllm_data_disk_free_bytes")]: "11x40", [of("ghostllm_data_disk_bytes")]: "100x40" },
  },
  GhostllmCertificateEnds: {
    // Of a year, a week before its end; and of six days, a day before its end.
    fires: { [certificate("not_after")]: "605000x40", [certificate("not_before")]: "-31000000x40" },
    quiet: { [certificate("not_after")]: "100000x40", [certificate("not_before")]: "-418400x40" },
  },
  GhostllmCertificateNotRenewed: {
    fires: { 'ghostllm_certificate_renewal_failures{job="ghostllm",instance="i",name="public"}': "3x40" },
    quiet: { 'ghostllm_certificate_renewal_failures{job="ghostllm",instance="i",name="public"}': "2x40" },
  },
};
