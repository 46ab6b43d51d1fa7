// docs/alerts.md, from the alerts in packages/contract/src/alerts and what is recorded in tools/observing.

import { type Alert, alerts, type OwnAlert, ownAlerts } from "@ghostllm/contract/alerts";
import { recordings } from "../observing/recordings.ts";
import { code, page, table } from "./markdown.ts";

const introduction = `The alerts of [deploy/prometheus/ghostllm.rules.yml](../deploy/prometheus/ghostllm.rules.yml), with what each means and what to do. The job of GhostLLM must be called \`ghostllm\` in Prometheus.
\`npm run test:observability\` causes the reason of each at a real server, and looks whether it fires and is over again.

The page Alerts of the console and \`GET /admin/alerts\` list them all. A server judges those by itself that it can: from what it has at hand, every 15 seconds, with the bounds and times of the rules, and as the instance that answers sees it. The others take
rates over time, which only Prometheus has: the server says so, and nothing of their state.`;

const recorded = `## Recorded series

By job, so that several installations may share a Prometheus; the dashboards in \`deploy/grafana\` and the alerts use them.`;

function entryOf({ name, severity, expr, for: lasting, meaning, remedy }: Alert): string {
  const when = lasting === "0s" ? "" : ` for ${lasting}`;
  return `## ${name}\n\n${meaning}\n\n**What to do.** ${remedy}\n\n\`${expr}\`${when}; ${severity}.`;
}

const own = `## What the server alone sees

Names of keys and faults of files are in no metric. They are on the page Alerts, and there is no rule for them.`;

function entryOfOwn({ name, severity, meaning, remedy }: OwnAlert): string {
  return `### ${name}\n\n${meaning}\n\n**What to do.** ${remedy}\n\n${severity}.`;
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
    own,
    ...ownAlerts.map(entryOfOwn),
    recorded,
    series,
  );
}
