// Alerts on requests, vendors and money.

import { type Alert, alertBounds, grown } from "./alert.ts";

export const requestAlerts: readonly Alert[] = [
  {
    name: "GhostllmFailures",
    severity: "critical",
    expr: "ghostllm:failures:ratio_rate5m > 0.05",
    for: "5m",
    summary: "{{ $value | humanizePercentage }} of requests end with an error",
    meaning:
      "More than 5 % of all requests of the last five minutes ended with an error or ran out of time, after all retries and fallbacks.",
    remedy:
      "See *Providers and routing* for whose requests they are, and the page Requests of the console for why each went as it did. If one provider fails, give its alias another target; if all do, look at the way out (proxy, DNS, TLS).",
  },
  {
    name: "GhostllmProviderFailing",
    severity: "warning",
    expr: "ghostllm:attempt_failures:ratio_rate5m > 0.2 and on (job, provider) ghostllm:attempts:rate5m > 0.02",
    for: "5m",
    summary: "{{ $value | humanizePercentage }} of the attempts at {{ $labels.provider }} fail",
    meaning:
      "More than a fifth of the attempts at a provider failed, whether or not a retry or a fallback made them good.",
    remedy:
      "`ghostllm_attempt_failures_total` by `reason` says how: a status of the vendor, or how it could not be reached. See the vendor's own status page; take it out of aliases if it lasts.",
  },
  {
    name: "GhostllmTargetsResting",
    severity: "warning",
    expr: 'max by (job, provider) (ghostllm_targets_not_closed{state="open"}) > 0',
    for: "5m",
    summary: "{{ $value }} models of {{ $labels.provider }} are left alone since they fail",
    meaning: "Models of a provider have failed, or been slow, for so long that requests are not sent there at present.",
    remedy:
      "They are tried again by themselves. `GET /admin/targets` and the page of the provider say why each rests; *Ask again* there ends it.",
  },
  {
    name: "GhostllmTargetsParked",
    severity: "critical",
    expr: 'max by (job, provider) (ghostllm_targets_not_closed{state="parked"}) > 0',
    for: "1m",
    summary: "The account or the credential of {{ $labels.provider }} is refused",
    meaning:
      "A vendor says that its account is out of money, or that the credential is not valid: its models are left alone for ten minutes at a time.",
    remedy:
      "Pay, or give the provider another credential (`ghostllm provider update`, the page of the provider): they are asked again at once.",
  },
  {
    name: "GhostllmSlowFirstToken",
    severity: "warning",
    expr: "ghostllm:first_token_seconds:p95_rate5m > 10",
    for: "10m",
    summary: "Streams of {{ $labels.provider }} begin after {{ $value | humanizeDuration }} (p95)",
    meaning:
      "One in twenty streams of a provider began only after more than ten seconds. Models that think for long do so by nature.",
    remedy:
      "Compare with *Overhead*: what is not there is the vendor's. Give the alias the strategy `latency`, or a timeout for the first word with a fallback.",
  },
  {
    name: "GhostllmQueueFull",
    severity: "warning",
    expr: 'sum by (job, alias) (rate(ghostllm_queue_requests_total{outcome=~"late|refused|displaced"}[5m])) > 0',
    for: "5m",
    summary: "Requests for {{ $labels.alias }} wait in vain for a target with room",
    meaning: "All targets of an alias are full, and requests that waited for one were given up.",
    remedy: "Add a target or a key, raise what its provider is known to take, or let the alias wait for longer.",
  },
];

export const moneyAlerts: readonly Alert[] = [
  {
    name: "GhostllmBudgetNear",
    severity: "info",
    expr: `max by (job, scope, id, name, span) (ghostllm_budget_used_ratio) >= ${alertBounds.budgetNear} < 1`,
    for: "0s",
    summary:
      "{{ $value | humanizePercentage }} of the {{ $labels.span }} budget of the {{ $labels.scope }} {{ $labels.name }} {{ $labels.id }} is spent",
    meaning: "A budget is spent to 80 % or more.",
    remedy: "The page Budgets tells how long it will last. Raise it, or tell whom it concerns.",
  },
  {
    name: "GhostllmBudgetUsedUp",
    severity: "warning",
    expr: "max by (job, scope, id, name, span) (ghostllm_budget_used_ratio) >= 1",
    for: "0s",
    summary: "The {{ $labels.span }} budget of the {{ $labels.scope }} {{ $labels.name }} {{ $labels.id }} is used up",
    meaning: "Requests that count by this budget are refused, or answered by the alias that it names for that.",
    remedy: "Raise it, for good or for a time (`increase`), or wait for its next period.",
  },
  {
    name: "GhostllmUnpricedRequests",
    severity: "info",
    expr: grown("ghostllm_unpriced_requests_total", "1h"),
    for: "0s",
    summary: "Nobody knows what {{ $labels.model }} of {{ $labels.provider }} costs",
    meaning:
      "Requests were answered whose price is unknown: their cost is recorded as null, and keys with a budget may not use the model.",
    remedy: "Set the price of the model (`ghostllm model update`, the page Models), or update the list of prices.",
  },
];
