// docs/alerts.md, from the rules in tools/observing.

import { alerts } from "../observing/alerts.ts";
import { recordings } from "../observing/recordings.ts";
import type { Alert } from "../observing/rule.ts";
import { code, page, table } from "./markdown.ts";

const introduction = `The alerts of [deploy/prometheus/ghostllm.rules.yml](../deploy/prometheus/ghostllm.rules.yml), with what each means and what to do. The job of GhostLLM must be called \`ghostllm\` in Prometheus.
\`npm run test:observability\` causes the reason of each at a real server, and looks whether it fires and is over again.`;

const recorded = `## Recorded series

By job, so that several installations may share a Prometheus; the dashboards in \`deploy/grafana\` and the alerts use them.`;

function entryOf({ name, severity, expr, for: lasting, meaning, remedy }: Alert): string {
  const when = lasting === "0s" ? "" : ` for ${lasting}`;
  return `## ${name}\n\n${meaning}\n\n**What to do.** ${remedy}\n\n\`${expr}\`${when}; ${severity}.`;
}

export function describeAlerts(): string {
  const rows = alerts.map(({ name, severity, meaning }) => [`[${name}](#${name.toLowerCase()})`, severity, meaning]);
  const series = table(
    ["Series", "Is"],
    recordings.map(({ record, expr }) => [code(record), code(expr)]),
  );
  return page(
    "Alerts",
    introduction,
    table(["Alert", "Severity", "Means"], rows),
    ...alerts.map(entryOf),
    recorded,
    series,
  );
}
