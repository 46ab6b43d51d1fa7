// What is said to be stored, and for how long, leaves out no table; and documents of how to help oneself name what there is.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { alerts } from "@ghostllm/contract/alerts";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { settings } from "../../apps/server/src/config/settings.ts";
import { metricDefinitions } from "../../apps/server/src/telemetry/metrics.ts";
import { availableEngines } from "../../apps/server/tests/store-support/engines.ts";

const docs = resolve(import.meta.dirname, "../../docs");
const read = (name: string): string => readFileSync(join(docs, `${name}.md`), "utf8");
const byTask = ["upgrading", "capacity", "troubleshooting", "data", "threat-model"] as const;
const quoted = (text: string): readonly string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);

it("every table of the database is in docs/data.md", async () => {
  const told = new Set(quoted(read("data")));
  const isTold = (table: string): boolean => told.has(table) || told.has(table.replace(/^(usage_[a-z]+_).*/, "$1..."));
  const tables = await tablesOf();
  expect(tables.length).toBeGreaterThan(50);
  expect(tables.filter((table) => !isTold(table))).toEqual([]);
  const named = [...told].filter((word) => /^(?:usage|request|audit|chat|carried)_[a-z_]+$/.test(word));
  expect(named.filter((word) => !tables.includes(word))).toEqual([]);
});

async function tablesOf(): Promise<readonly string[]> {
  const [engine] = availableEngines();
  const database = await engine?.create();
  if (database === undefined) throw new Error("there is no SQLite");
  const file = new Database(join(database.dataDir, "ghostllm.db"), { readonly: true });
  const rows = file.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").all();
  file.close();
  await database.dispose();
  return rows.map((row) => String(Reflect.get(Object(row), "name")));
}

it("README leads to each of the documents by task", () => {
  const readme = readFileSync(resolve(docs, "../README.md"), "utf8");
  const asked = [...byTask, "install", "configuration", "security", "operations", "observability", "backup"];
  for (const name of [...asked, "importing", "moving-from-litellm"]) expect(readme).toContain(`(docs/${name}.md)`);
});

it.each(byTask)("docs/%s.md names only settings, metrics and alerts that there are", (name) => {
  const text = read(name);
  const known = Object.values(settings).map(({ path }) => path);
  const groups = new Set(known.map((path) => path.split(".")[0]));
  // Files of keys look like settings.
  const words = quoted(text).filter((word) => /^[a-z_]+\.[a-z_]+$/.test(word) && !word.endsWith(".key"));
  const asked = words.filter((word) => groups.has(word.split(".")[0]));
  expect(asked.filter((word) => !known.includes(word))).toEqual([]);
  const metrics = quoted(text).filter((word) => /^ghostllm_[a-z_]+$/.test(word));
  expect(metrics.filter((metric) => !(metric in metricDefinitions))).toEqual([]);
  const named = [...text.matchAll(/Ghostllm[A-Z][A-Za-z]+/g)].map(([alert]) => alert);
  expect(named.filter((alert) => !alerts.some((one) => one.name === alert))).toEqual([]);
});
