import type { Dashboard } from "../dashboard.ts";

export const providers: Dashboard = {
  uid: "ghostllm-providers",
  title: "GhostLLM: providers and routing",
  rows: [
    {
      title: "Traffic",
      panels: [
        {
          title: "Requests, the ten busiest models",
          kind: "graph",
          unit: "reqps",
          queries: [
            {
              expr: "topk(10, sum by (provider, model) (rate(ghostllm_requests_total{$at}[$__rate_interval])))",
              legend: "{{provider}}/{{model}}",
            },
          ],
        },
        {
          title: "Requests that failed",
          kind: "graph",
          unit: "reqps",
          queries: [
            {
              expr: 'sum by (provider, status) (rate(ghostllm_requests_total{$at, status!="ok"}[$__rate_interval]))',
              legend: "{{provider}}: {{status}}",
            },
          ],
        },
        {
          title: "Attempts that failed, by reason",
          kind: "graph",
          unit: "reqps",
          about: "Also those that a retry or a fallback made good.",
          queries: [
            {
              expr: "sum by (provider, reason) (rate(ghostllm_attempt_failures_total{$at}[$__rate_interval]))",
              legend: "{{provider}}: {{reason}}",
            },
          ],
        },
        {
          title: "Share of attempts that failed",
          kind: "graph",
          unit: "percentunit",
          queries: [{ expr: 'ghostllm:attempt_failures:ratio_rate5m{job=~"$job"}', legend: "{{provider}}" }],
        },
      ],
    },
    {
      title: "Time",
      panels: [
        {
          title: "First word of streams (p95)",
          kind: "graph",
          unit: "s",
          queries: [
            {
              expr: "histogram_quantile(0.95, sum by (le, provider) (rate(ghostllm_time_to_first_token_seconds_bucket{$at}[$__rate_interval])))",
              legend: "{{provider}}",
            },
          ],
        },
        {
          title: "Whole requests (p95)",
          kind: "graph",
          unit: "s",
          queries: [
            {
              expr: "histogram_quantile(0.95, sum by (le, provider) (rate(ghostllm_request_duration_seconds_bucket{$at}[$__rate_interval])))",
              legend: "{{provider}}",
            },
          ],
        },
      ],
    },
    {
      title: "Routing",
      panels: [
        {
          title: "Models that are left alone",
          kind: "graph",
          unit: "short",
          queries: [
            {
              expr: "max by (provider, state) (ghostllm_targets_not_closed{$at})",
              legend: "{{provider}}: {{state}}",
            },
          ],
        },
        {
          title: "Requests that wait for room",
          kind: "graph",
          unit: "short",
          queries: [{ expr: "sum by (alias) (ghostllm_queue_waiting{$at})", legend: "{{alias}}" }],
        },
        {
          title: "What came of waiting",
          kind: "graph",
          unit: "reqps",
          queries: [
            {
              expr: "sum by (alias, outcome) (rate(ghostllm_queue_requests_total{$at}[$__rate_interval]))",
              legend: "{{alias}}: {{outcome}}",
            },
          ],
        },
        {
          title: "How long was waited (p95)",
          kind: "graph",
          unit: "s",
          queries: [
            {
              expr: "histogram_quantile(0.95, sum by (le) (rate(ghostllm_queue_wait_seconds_bucket{$at}[$__rate_interval])))",
              legend: "p95",
            },
          ],
        },
        {
          title: "Kept answers",
          kind: "graph",
          unit: "reqps",
          queries: [
            {
              expr: "sum by (outcome) (rate(ghostllm_cache_requests_total{$at}[$__rate_interval]))",
              legend: "{{outcome}}",
            },
          ],
        },
        {
          title: "Personal data that was found",
          kind: "graph",
          unit: "short",
          queries: [
            {
              expr: "sum by (class, action) (rate(ghostllm_personal_data_total{$at}[$__rate_interval]))",
              legend: "{{class}}: {{action}}",
            },
          ],
        },
      ],
    },
  ],
};
