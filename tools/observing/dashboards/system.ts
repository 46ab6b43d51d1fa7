import type { Dashboard, Panel } from "../dashboard.ts";

const graph = (
  title: string,
  unit: string,
  ...queries: readonly (readonly [expr: string, legend: string])[]
): Panel => ({
  ...{ title, kind: "graph", unit },
  queries: queries.map(([expr, legend]) => ({ expr, legend })),
});

export const system: Dashboard = {
  uid: "ghostllm-system",
  title: "GhostLLM: system",
  rows: [
    {
      title: "Parts",
      panels: [
        {
          title: "Health of parts",
          kind: "bars",
          unit: "short",
          queries: [{ expr: "min by (part) (ghostllm_part_healthy{$at})", legend: "{{part}}" }],
        },
        {
          title: "Versions",
          kind: "bars",
          unit: "short",
          queries: [{ expr: "count by (version, node) (ghostllm_build_info{$at})", legend: "{{version}} on {{node}}" }],
        },
        graph("Journal", "short", [
          "sum by (instance) (ghostllm_journal_pending_records{$at})",
          "{{instance}}: records that wait",
        ]),
        graph("Records stored", "wps", [
          "sum by (instance) (rate(ghostllm_records_drained_total{$at}[$__rate_interval]))",
          "{{instance}}",
        ]),
        graph(
          "Events",
          "short",
          ["sum by (sink) (rate(ghostllm_events_told_total{$at}[$__rate_interval]))", "{{sink}}: told by the second"],
          ["sum by (sink) (rate(ghostllm_event_failures_total{$at}[$__rate_interval]))", "{{sink}}: failures"],
        ),
        graph(
          "Instances",
          "short",
          ["sum(up{$at})", "reached"],
          ["max(ghostllm_snapshot_version{$at}) - min(ghostllm_snapshot_version{$at})", "versions of snapshots apart"],
        ),
      ],
    },
    {
      title: "Processes",
      panels: [
        graph("CPU", "short", [
          "sum by (instance) (rate(process_cpu_seconds_total{$at}[$__rate_interval]))",
          "{{instance}}: cores",
        ]),
        graph("Threads at work", "percentunit", [
          "sum by (instance, thread) (rate(ghostllm_event_loop_busy_seconds_total{$at}[$__rate_interval]))",
          "{{instance}} {{thread}}",
        ]),
        graph(
          "Memory",
          "bytes",
          ["sum by (instance) (process_resident_memory_bytes{$at})", "{{instance}}: resident"],
          ["sum by (instance) (nodejs_heap_size_used_bytes{$at})", "{{instance}}: heap"],
          ["sum by (instance) (ghostllm_held_bytes{$at})", "{{instance}}: bodies"],
        ),
        graph("Event loop is late (p99)", "s", [
          "max by (instance) (nodejs_eventloop_lag_p99_seconds{$at})",
          "{{instance}}",
        ]),
        graph("Collecting garbage", "percentunit", [
          "sum by (instance, kind) (rate(nodejs_gc_duration_seconds_sum{$at}[$__rate_interval]))",
          "{{instance}}: {{kind}}",
        ]),
        graph(
          "Descriptors and threads",
          "short",
          ["sum by (instance) (process_open_fds{$at})", "{{instance}}: descriptors"],
          ["sum by (instance) (ghostllm_process_threads{$at})", "{{instance}}: threads"],
        ),
        graph(
          "Connections",
          "short",
          ["sum by (instance) (ghostllm_connections{$at})", "{{instance}}: open"],
          [
            "sum by (instance) (rate(ghostllm_connections_refused_total{$at}[$__rate_interval]))",
            "{{instance}}: refused by the second",
          ],
        ),
        graph("Disk, by the process", "Bps", [
          "sum by (instance, direction) (rate(ghostllm_process_disk_bytes_total{$at}[$__rate_interval]))",
          "{{instance}}: {{direction}}",
        ]),
      ],
    },
    {
      title: "Machines",
      panels: [
        graph(
          "Processors",
          "percentunit",
          [
            '1 - sum by (instance) (rate(ghostllm_machine_cpu_seconds_total{$at, mode="idle"}[$__rate_interval])) / sum by (instance) (rate(ghostllm_machine_cpu_seconds_total{$at}[$__rate_interval]))',
            "{{instance}}: busy",
          ],
          ["sum by (instance) (ghostllm_machine_load1{$at} / ghostllm_machine_cpus{$at})", "{{instance}}: load"],
        ),
        graph("Memory that can be had", "percentunit", [
          "sum by (instance) (ghostllm_machine_memory_available_bytes{$at} / ghostllm_machine_memory_bytes{$at})",
          "{{instance}}",
        ]),
        graph("Network", "Bps", [
          "sum by (instance, direction) (rate(ghostllm_machine_network_bytes_total{$at}[$__rate_interval]))",
          "{{instance}}: {{direction}}",
        ]),
        graph("Disk with the data: free", "percentunit", [
          "min by (instance) (ghostllm_data_disk_free_bytes{$at} / ghostllm_data_disk_bytes{$at})",
          "{{instance}}",
        ]),
      ],
    },
  ],
};
