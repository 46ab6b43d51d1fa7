// docs/metrics.md, from the table of metrics.

import type { metricDefinitions } from "../../apps/server/src/telemetry/metrics.ts";
import { code, page, table } from "./markdown.ts";

const introduction = `Served at \`/metrics\` in the Prometheus text format, beside the process metrics of Node (\`process_*\`, \`nodejs_*\`). Where other machines reach the server, \`GHOSTLLM_METRICS_TOKEN\` or an admin key is needed: see [security](security.md). A port of their own, for a network that clients do not reach, is \`metrics.port\`.

Labels with names that people make up (\`provider\`, \`model\`, \`alias\`, \`team\`) tell \`metrics.names\` (200) of them apart in each thread, and call all that come later \`other\`, so that
series stay bounded whatever is configured. What a client has made up is never a label.`;

export function describeMetrics(definitions: typeof metricDefinitions): string {
  const rows = Object.entries(definitions).map(([name, { type, help, labels }]) => [
    code(name),
    type,
    labels.map(code).join(", "),
    help,
  ]);
  return page("Metrics", introduction, table(["Metric", "Type", "Labels", "Meaning"], rows));
}
