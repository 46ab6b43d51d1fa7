// Writes the documents that are derived from code: configuration, errors, events, permissions, providers, metrics, alerts, the OpenAPI
// description, the example of a balancer, rules of Prometheus, dashboards of Grafana and saved objects of Kibana.
// `--check` writes nothing and fails when one of them is out of date.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { errorCatalogue, permissions } from "@ghostllm/contract";
import { openApiDocument } from "@ghostllm/contract/openapi";
import { adminRouteList } from "@ghostllm/contract/routes";
import { providers } from "@ghostllm/llm";

import { fileSchema } from "../apps/server/src/config/file-schema.ts";
import { settings } from "../apps/server/src/config/settings.ts";
import { roles, teamRoles } from "../apps/server/src/domain/access/roles.ts";
import { scoreClasses } from "../apps/server/src/domain/privacy/detect/testing/labelled.ts";
import { metricDefinitions } from "../apps/server/src/telemetry/metrics.ts";
import { describeAlerts } from "./docs/alerts.ts";
import { describeConfiguration } from "./docs/configuration.ts";
import { describeErrors } from "./docs/errors.ts";
import { describeEvents, eventSchemas } from "./docs/events.ts";
import { describeMetrics } from "./docs/metrics.ts";
import { describeNginx } from "./docs/nginx.ts";
import { describePermissions } from "./docs/permissions.ts";
import { describePrivacy } from "./docs/privacy.ts";
import { describeProviders } from "./docs/providers.ts";
import { dashboardFile } from "./observing/dashboard.ts";
import { dashboards } from "./observing/dashboards/all.ts";
import { rulesFile } from "./observing/rules-file.ts";
import { savedObjectsFile } from "./observing/saved-objects.ts";

const root = resolve(import.meta.dirname, "..");

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const isVersioned = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isVersioned ? String(manifest.version) : "";
}

function generateDocuments(): Readonly<Record<string, string>> {
  return {
    "docs/configuration.md": describeConfiguration(Object.values(settings), providers),
    "docs/configuration.schema.json": `${JSON.stringify(fileSchema(), null, 2)}\n`,
    "docs/errors.md": describeErrors(errorCatalogue),
    "docs/events.md": describeEvents(),
    "docs/events.schema.json": eventSchemas(),
    "docs/permissions.md": describePermissions({ permissions, roles, teamRoles, routes: adminRouteList }),
    "docs/providers.md": describeProviders(providers),
    "docs/privacy.md": describePrivacy(readFileSync(join(root, "docs/privacy.md"), "utf8"), scoreClasses()),
    "docs/metrics.md": describeMetrics(metricDefinitions),
    "deploy/nginx/ghostllm.conf": describeNginx(adminRouteList),
    "docs/alerts.md": describeAlerts(),
    "deploy/prometheus/ghostllm.rules.yml": rulesFile(),
    ...Object.fromEntries(
      dashboards.map((dashboard) => [`deploy/grafana/${dashboard.uid}.json`, dashboardFile(dashboard)]),
    ),
    "deploy/logs/saved-objects.ndjson": savedObjectsFile(),
    "docs/openapi.json": `${JSON.stringify(openApiDocument({ version: readVersion() }), null, 2)}\n`,
  };
}

function isCurrent([path, text]: readonly [string, string]): boolean {
  const file = join(root, path);
  return existsSync(file) && readFileSync(file, "utf8") === text;
}

const outdated = Object.entries(generateDocuments()).filter((document) => !isCurrent(document));

if (process.argv.includes("--check")) {
  for (const [path] of outdated) console.error(`${path} is out of date`);
  process.exitCode = outdated.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of outdated) {
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
