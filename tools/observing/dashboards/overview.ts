import type { Dashboard } from "../dashboard.ts";

export const overview: Dashboard = {
  uid: "ghostllm-overview",
  title: "GhostLLM: overview",
  rows: [
    {
      title: "Now",
      panels: [
        {
          title: "Requests",
          kind: "number",
          unit: "reqps",
          queries: [{ expr: "sum(rate(ghostllm_requests_total{$at}[$__rate_interval]))" }],
        },
        {
          title: "Failures",
          kind: "number",
          unit: "percentunit",
          queries: [
            {
              expr: 'sum(rate(ghostllm_requests_total{$at, status=~"error|timeout"}[$__rate_interval])) / sum(rate(ghostllm_requests_total{$at}[$__rate_interval]))',
            },
          ],
        },
        {
          title: "First word (p95)",
          kind: "number",
          unit: "s",
          queries: [
            {
              expr: "histogram_quantile(0.95, sum by (le) (rate(ghostllm_time_to_first_token_seconds_bucket{$at}[$__rate_interval])))",
            },
          ],
        },
        {
          title: "In progress",
          kind: "number",
          unit: "short",
          queries: [{ expr: "sum(ghostllm_requests_running{$at})" }],
        },
        {
          title: "Cost of a day",
          kind: "number",
          unit: "currencyUSD",
          queries: [{ expr: "sum(increase(ghostllm_cost_usd_total{$at}[24h]))" }],
        },
        {
          title: "Alerts",
          kind: "number",
          unit: "short",
          queries: [
            { expr: 'count(ALERTS{alertname=~"Ghostllm.+", alertstate="firing"}) or vector(0)', legend: "firing" },
          ],
        },
      ],
    },
    {
      title: "Requests",
      panels: [
        {
          title: "By how they ended",
          kind: "graph",
          unit: "reqps",
          queries: [
            { expr: "sum by (status) (rate(ghostllm_requests_total{$at}[$__rate_interval]))", legend: "{{status}}" },
          ],
        },
        {
          title: "By provider",
          kind: "graph",
          unit: "reqps",
          queries: [
            {
              expr: "sum by (provider) (rate(ghostllm_requests_total{$at}[$__rate_interval]))",
              legend: "{{provider}}",
            },
          ],
        },
        {
          title: "Errors that were answered, by code",
          kind: "graph",
          unit: "reqps",
          about: "Of the catalogue in docs/errors.md; refusals of limits and budgets are among them.",
          queries: [{ expr: "sum by (code) (rate(ghostllm_errors_total{$at}[$__rate_interval]))", legend: "{{code}}" }],
        },
        {
          title: "In progress, and connections",
          kind: "graph",
          unit: "short",
          queries: [
            { expr: "sum(ghostllm_requests_running{$at})", legend: "requests" },
            { expr: "sum(ghostllm_connections{$at})", legend: "connections" },
          ],
        },
      ],
    },
    {
      title: "Time and tokens",
      panels: [
        {
          title: "First word of streams",
          kind: "graph",
          unit: "s",
          queries: ["0.5", "0.95"].map((share) => ({
            expr: `histogram_quantile(${share}, sum by (le) (rate(ghostllm_time_to_first_token_seconds_bucket{$at}[$__rate_interval])))`,
            legend: `p${Number(share) * 100}`,
          })),
        },
        {
          title: "What GhostLLM itself takes",
          kind: "graph",
          unit: "s",
          queries: ["0.5", "0.99"].map((share) => ({
            expr: `histogram_quantile(${share}, sum by (le) (rate(ghostllm_overhead_seconds_bucket{$at}[$__rate_interval])))`,
            legend: `p${Number(share) * 100}`,
          })),
        },
        {
          title: "Tokens",
          kind: "graph",
          unit: "short",
          queries: [
            {
              expr: "sum by (type) (rate(ghostllm_tokens_total{$at}[$__rate_interval]))",
              legend: "{{type}} by the second",
            },
          ],
        },
        {
          title: "Cost",
          kind: "graph",
          unit: "currencyUSD",
          queries: [
            {
              expr: "sum by (provider) (rate(ghostllm_cost_usd_total{$at}[$__rate_interval])) * 3600",
              legend: "{{provider}}, by the hour",
            },
          ],
        },
      ],
    },
  ],
};
