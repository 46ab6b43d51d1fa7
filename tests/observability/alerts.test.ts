// Each alert fires when a real server is brought into what it is about, and is over when that is: by a real Prometheus and the rules
// as they are shipped, but for shorter windows and no time for which something must be so.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { alerts } from "@ghostllm/contract/alerts";
import { rulesFile } from "../../tools/observing/rules-file.ts";
import { type FiringAlert, hasPrometheus, startPrometheus, type ThrowAwayPrometheus } from "../../tools/prometheus.ts";
import { type Causes, startCauses } from "./causes.ts";

const isThere = hasPrometheus();
const patient = { timeout: 90_000, interval: 500 };
const windows = { "5m": "8s", "15m": "60s", "1h": "20s" };

let causes: Causes;
let prometheus: ThrowAwayPrometheus;
const seen = new Map<string, FiringAlert>();
let watching: NodeJS.Timeout | undefined;

beforeAll(async () => {
  if (!isThere) return;
  causes = await startCauses();
  prometheus = await startPrometheus({ targets: causes.targets, rules: rulesFile({ windows }) });
  watching = setInterval(() => void look(), 500);
}, 300_000);
afterAll(async () => {
  clearInterval(watching);
  await causes?.close();
  await prometheus?.dispose();
}, 90_000);

async function look(): Promise<void> {
  for (const alert of await prometheus.firing().catch(() => [])) seen.set(alert.name, alert);
}

describe.runIf(isThere)("alerts of a real server", () => {
  it("are silent while all is well", async () => {
    await vi.waitUntil(async () => (await prometheus.query("sum(up)"))[0]?.value === causes.targets.length, patient);
    await vi.waitFor(async () => expect(await prometheus.firing()).toEqual([]), patient);
    seen.clear();
    await causes.begin();
  });

  it.each(alerts.map(({ name }) => name))("%s fires", async (name) => {
    if (causes.absent.has(name)) return expect(seen.get(name)).toBeUndefined();
    const { summary } = await vi.waitUntil(() => seen.get(name), patient);
    expect(summary).not.toMatch(/\{\{|<no value>|<error/);
  });

  it("all are over when their reasons are", { timeout: 240_000 }, async () => {
    await causes.end();
    const names = async (): Promise<readonly string[]> => (await prometheus.firing()).map(({ name }) => name);
    await vi.waitFor(async () => expect(await names()).toEqual([]), { timeout: 180_000, interval: 1_000 });
  });
});
