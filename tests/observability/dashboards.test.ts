// Every query of every panel of the dashboards, asked of a real Prometheus that looks at a real server with traffic: each has data.

import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { exprOf, panelsOf } from "../../tools/observing/dashboard.ts";
import { dashboards } from "../../tools/observing/dashboards/all.ts";
import { recordings } from "../../tools/observing/recordings.ts";
import { rulesFile } from "../../tools/observing/rules-file.ts";
import { hasPrometheus, startPrometheus, type ThrowAwayPrometheus } from "../../tools/prometheus.ts";
import { findFreePort } from "../../tools/free-port.ts";
import { WebhookReceiver } from "../../apps/server/tests/support/webhook-receiver.ts";
import { type BusyServer, startBusyServer } from "./busy-server.ts";

const isThere = hasPrometheus();
const patient = { timeout: 12_000, interval: 500 };
/** What Grafana puts in place of its variables. */
const variables: readonly (readonly [string, string])[] = [
  ["$__rate_interval", "15s"],
  ["$job", ".+"],
  ["$instance", ".+"],
];

let busy: BusyServer;
let prometheus: ThrowAwayPrometheus;
let receiver: WebhookReceiver;
const over = new AbortController();
let traffic: Promise<unknown> = Promise.resolve();

beforeAll(async () => {
  if (!isThere) return;
  busy = await startBusyServer({ SERVER_WORKERS: "2", GHOSTLLM_CONNECTIONS_PER_ADDRESS: "60" });
  const { admin } = busy.server;
  receiver = await WebhookReceiver.start();
  const nobody = `http://127.0.0.1:${await findFreePort()}/`;
  for (const url of [receiver.url, nobody])
    await admin.webhooks.create({ body: { name: url, url, types: ["usage.tracked"] } });
  prometheus = await startPrometheus({ targets: [busy.target], rules: rulesFile() });
  traffic = Promise.all([askOnAndOn(), askInVain()]);
  await comeInCrowds(Number(new URL(busy.server.url).port));
  for (let time = 0; time < 2; time += 1) await busy.ask("well/m", {}, busy.poorKey);
  await sleep(20_000);
}, 180_000);
afterAll(async () => {
  over.abort();
  await traffic;
  await prometheus?.dispose();
  await busy?.close();
  await receiver?.close();
}, 60_000);

async function askOnAndOn(): Promise<void> {
  while (!over.signal.aborted) {
    await Promise.all([
      busy.ask("well/m", { stream: true }),
      busy.ask("well/m", { messages: [{ role: "user", content: "Write to ada@example.com" }] }),
      busy.ask("kept"),
      busy.ask("routed"),
      busy.ask("routed", {}, busy.freeKey),
      busy.ask("well/unlisted"),
      busy.ask("no/such"),
      busy.ask("well/senseless"),
    ]);
    await sleep(100);
  }
}

async function askInVain(): Promise<void> {
  while (!over.signal.aborted) await Promise.all(Array.from({ length: 3 }, () => busy.ask("waits")));
}

/** More than one address may have. */
async function comeInCrowds(port: number): Promise<void> {
  const sockets = Array.from({ length: 120 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  await sleep(2_000);
  for (const socket of sockets) socket.destroy();
}

const queries = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).flatMap((panel) =>
    panel.queries.map((query) => ({ where: `${dashboard.uid}: ${panel.title}`, expr: exprOf(query) })),
  ),
);

describe.runIf(isThere)("a dashboard", () => {
  it.each(queries)("has data: $where ($expr)", async ({ expr }) => {
    const asked = variables.reduce((text, [name, value]) => text.replaceAll(name, value), expr);
    await vi.waitFor(async () => expect(await prometheus.pointsOf(asked, 20)).toBeGreaterThan(0), patient);
  });

  it.each(recordings)("has series to show: $record", async ({ record }) => {
    await vi.waitFor(async () => expect(await prometheus.pointsOf(record, 20)).toBeGreaterThan(0), patient);
  });

  it("shows what clients were answered", async () => {
    const [byOthers] = await prometheus.query("sum(ghostllm_cost_usd_total) - sum(ghostllm_team_cost_usd_total)");
    const [byModel] = await prometheus.query(
      'sum(ghostllm_tokens_total{type="prompt"}) / sum(ghostllm_requests_total)',
    );
    expect(byOthers?.value).toBeGreaterThan(0);
    expect(byModel?.value).toBeGreaterThan(0);
    expect(byModel?.value).toBeLessThan(300);
  });
});
