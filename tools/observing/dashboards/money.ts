import type { Dashboard } from "../dashboard.ts";

export const money: Dashboard = {
  uid: "ghostllm-money",
  title: "GhostLLM: money",
  rows: [
    {
      title: "The last day",
      panels: [
        {
          title: "Cost",
          kind: "number",
          unit: "currencyUSD",
          queries: [{ expr: "sum(increase(ghostllm_cost_usd_total{$at}[24h]))" }],
        },
        {
          title: "Saved by kept answers",
          kind: "number",
          unit: "currencyUSD",
          queries: [{ expr: "sum(increase(ghostllm_cache_saved_usd_total{$at}[24h]))" }],
        },
        {
          title: "Tokens",
          kind: "number",
          unit: "short",
          queries: [{ expr: 'sum(increase(ghostllm_tokens_total{$at, type=~"prompt|completion"}[24h]))' }],
        },
        {
          title: "Without a price",
          kind: "number",
          unit: "short",
          about: "Requests whose cost nobody knows.",
          queries: [{ expr: "sum(increase(ghostllm_unpriced_requests_total{$at}[24h])) or vector(0)" }],
        },
        {
          title: "Estimated",
          kind: "number",
          unit: "short",
          about: "Requests for which the vendor told no usage.",
          queries: [{ expr: "sum(increase(ghostllm_estimated_requests_total{$at}[24h])) or vector(0)" }],
        },
        {
          title: "Budgets used up",
          kind: "number",
          unit: "short",
          queries: [{ expr: "count(max by (scope, id, span) (ghostllm_budget_used_ratio{$at}) >= 1) or vector(0)" }],
        },
      ],
    },
    {
      title: "Cost, by the hour",
      panels: [
        {
          title: "By provider",
          kind: "graph",
          unit: "currencyUSD",
          queries: [
            {
              expr: "sum by (provider) (rate(ghostllm_cost_usd_total{$at}[$__rate_interval])) * 3600",
              legend: "{{provider}}",
            },
          ],
        },
        {
          title: "By model, the ten dearest",
          kind: "graph",
          unit: "currencyUSD",
          queries: [
            {
              expr: "topk(10, sum by (provider, model) (rate(ghostllm_cost_usd_total{$at}[$__rate_interval]))) * 3600",
              legend: "{{provider}}/{{model}}",
            },
          ],
        },
        {
          title: "By team, the ten dearest",
          kind: "graph",
          unit: "currencyUSD",
          queries: [{ expr: 'topk(10, ghostllm:team_cost_usd:rate5m{job=~"$job"}) * 3600', legend: "{{name}}" }],
        },
        {
          title: "Saved by kept answers",
          kind: "graph",
          unit: "currencyUSD",
          queries: [
            { expr: "sum(rate(ghostllm_cache_saved_usd_total{$at}[$__rate_interval])) * 3600", legend: "saved" },
          ],
        },
      ],
    },
    {
      title: "Tokens",
      panels: [
        {
          title: "By team",
          kind: "graph",
          unit: "short",
          queries: [
            {
              expr: "sum by (team) (rate(ghostllm_team_tokens_total{$at}[$__rate_interval])) * on (team) group_left (name) max by (team, name) (ghostllm_team_info{$at})",
              legend: "{{name}}",
            },
          ],
        },
        {
          title: "Share of the prompt that vendors had cached",
          kind: "graph",
          unit: "percentunit",
          queries: [
            {
              expr: 'sum by (provider) (rate(ghostllm_tokens_total{$at, type="cached"}[$__rate_interval])) / sum by (provider) (rate(ghostllm_tokens_total{$at, type="prompt"}[$__rate_interval]))',
              legend: "{{provider}}",
            },
          ],
        },
      ],
    },
    {
      title: "Budgets",
      panels: [
        {
          title: "Used up the furthest",
          kind: "bars",
          unit: "percentunit",
          about: "Of users and keys the id is told alone: names are for those who may read them in the console.",
          queries: [
            {
              expr: "topk(20, max by (scope, id, name, span) (ghostllm_budget_used_ratio{$at}))",
              legend: "{{scope}} {{name}} {{id}} ({{span}})",
            },
          ],
        },
        {
          title: "Kept answers: hits",
          kind: "graph",
          unit: "percentunit",
          queries: [{ expr: 'ghostllm:cache_hits:ratio_rate5m{job=~"$job"}', legend: "hits" }],
        },
      ],
    },
  ],
};
