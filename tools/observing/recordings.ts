// The recording rules: `ghostllm:what:how`. They are by job, so that several installations may share a Prometheus.

import type { Recording } from "./rule.ts";

const by = (labels: string): string => `by (job${labels === "" ? "" : `, ${labels}`})`;
const rate = (metric: string, labels = "", window = "5m"): string => `sum ${by(labels)} (rate(${metric}[${window}]))`;
const quantile = (share: number, metric: string, labels = ""): string =>
  `histogram_quantile(${share}, sum ${by(`le${labels === "" ? "" : `, ${labels}`}`)} (rate(${metric}_bucket[5m])))`;

export const recordings: readonly Recording[] = [
  {
    record: "ghostllm:requests:rate5m",
    expr: rate("ghostllm_requests_total", "provider, model, status"),
  },
  {
    record: "ghostllm:failures:ratio_rate5m",
    expr: `${rate('ghostllm_requests_total{status=~"error|timeout"}')} / ${rate("ghostllm_requests_total")}`,
  },
  {
    record: "ghostllm:attempts:rate5m",
    // Of those that failed, and of those that a request ended with.
    expr: `(${rate("ghostllm_requests_total", "provider")} or ${rate("ghostllm_attempt_failures_total", "provider")} * 0) + (${rate("ghostllm_attempt_failures_total", "provider")} or ${rate("ghostllm_requests_total", "provider")} * 0)`,
  },
  {
    record: "ghostllm:attempt_failures:ratio_rate5m",
    expr: `${rate("ghostllm_attempt_failures_total", "provider")} / (ghostllm:attempts:rate5m > 0)`,
  },
  {
    record: "ghostllm:first_token_seconds:p50_rate5m",
    expr: quantile(0.5, "ghostllm_time_to_first_token_seconds", "provider"),
  },
  {
    record: "ghostllm:first_token_seconds:p95_rate5m",
    expr: quantile(0.95, "ghostllm_time_to_first_token_seconds", "provider"),
  },
  {
    record: "ghostllm:request_seconds:p95_rate5m",
    expr: quantile(0.95, "ghostllm_request_duration_seconds", "provider"),
  },
  { record: "ghostllm:overhead_seconds:p50_rate5m", expr: quantile(0.5, "ghostllm_overhead_seconds") },
  { record: "ghostllm:overhead_seconds:p99_rate5m", expr: quantile(0.99, "ghostllm_overhead_seconds") },
  { record: "ghostllm:tokens:rate5m", expr: rate("ghostllm_tokens_total", "provider, model, type") },
  { record: "ghostllm:cost_usd:rate5m", expr: rate("ghostllm_cost_usd_total", "provider, model") },
  {
    record: "ghostllm:team_cost_usd:rate5m",
    // All instances say what a team is called.
    expr: `sum by (job, team) (rate(ghostllm_team_cost_usd_total[5m])) * on (job, team) group_left (name) max by (job, team, name) (ghostllm_team_info)`,
  },
  {
    record: "ghostllm:cache_hits:ratio_rate5m",
    expr: `${rate('ghostllm_cache_requests_total{outcome="hit"}')} / ${rate("ghostllm_cache_requests_total")}`,
  },
  {
    record: "ghostllm:event_loop_busy:ratio_rate5m",
    expr: "sum by (job, instance, thread) (rate(ghostllm_event_loop_busy_seconds_total[5m]))",
  },
  {
    record: "ghostllm:machine_cpu_busy:ratio_rate5m",
    expr: '1 - sum by (job, instance) (rate(ghostllm_machine_cpu_seconds_total{mode="idle"}[5m])) / sum by (job, instance) (rate(ghostllm_machine_cpu_seconds_total[5m]))',
  },
];
