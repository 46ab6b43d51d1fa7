// Many paced streams at once, through the server and for comparison straight from the vendor, each in a process of its
// own. GHOSTLLM_STREAMS sets how many; default 100, and 500 is what the server must bear on two cores.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { loopbackEndpoint, renderRequest } from "../bench/connection.ts";
import { type FakeProcess, startFakeProcess } from "../bench/fake-process.ts";
import { readMemory } from "../bench/process-usage.ts";
import { loadStreams, type StreamResult } from "../bench/stream-load.ts";
import { pacedWorkload } from "../bench/workloads.ts";
import { type Account, createAccount } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";
import { slowdown } from "../support/slowdown.ts";

const streams = Number(process.env["GHOSTLLM_STREAMS"] ?? 100);
const chunks = 60;
const seconds = 3;
const paceMs = (seconds * 1000) / chunks;
const rampMs = 500;
const mostAddedMs = 250;
const mostMegabytes = 300;
const workload = pacedWorkload(chunks, seconds);

let vendor: FakeProcess;
let server: ReadyServer;
let account: Account;
/** Through the server, until now. */
let asked = 0;

beforeAll(async () => {
  vendor = await startFakeProcess();
  await vendor.control.script(workload.script);
  server = await startServer({ upstreamUrl: vendor.url });
  account = await createAccount(server.admin, { key: { budget_usd: "1000" } });
});

afterAll(async () => {
  await server?.stop();
  await vendor?.stop();
});

function load(url: string, vanish = false): Promise<StreamResult> {
  const endpoint = loopbackEndpoint(url);
  const body = workload.body("gpt-4o-mini");
  const request = renderRequest({ endpoint, path: "/v1/chat/completions", key: account.key, body });
  return loadStreams({ endpoint, request, streams, chunks, seconds, rampMs, vanish });
}

async function expectRecorded(status: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { total } = await server.admin.usage.summary({ query: { api_key_id: account.keyId } });
      expect(total.requests, `requests after those with status ${status}`).toBe(asked);
    },
    { timeout: 45_000, interval: 200 },
  );
  const { data } = await server.admin.usage.list({
    query: { api_key_id: account.keyId, limit: Math.min(500, streams) },
  });
  expect(new Set(data.map((row) => row.status))).toEqual(new Set([status]));
}

/** The silence that the gateway added to the longest one that there was without it. */
async function measureAddedMs(): Promise<number> {
  const direct = await load(vendor.url);
  const through = await load(server.url);
  asked += streams;
  console.info(
    `${streams} streams: longest gap ${describeGaps(through)}; straight from the vendor ${describeGaps(direct)}; pace ${paceMs} ms`,
  );
  expect(through).toMatchObject({ completed: streams, failed: 0 });
  // All but the usage chunk, for which these clients did not ask.
  expect(through.fewestEvents).toBe(direct.fewestEvents - 1);
  return through.maxGapMs - Math.max(paceMs, direct.maxGapMs);
}

function describeGaps({ maxGapMs, firstChunkP99Ms }: StreamResult): string {
  return `${maxGapMs.toFixed(0)} ms, first chunk p99 ${firstChunkP99Ms.toFixed(0)} ms`;
}

it(`keeps ${streams} streams at their pace, within ${mostMegabytes} MB`, { timeout: 90_000 }, async () => {
  const tries: number[] = [];
  // Other suites run beside this one: what they take from the processor may be missing once, but not three times.
  while (tries.length < 3 && !tries.some((addedMs) => addedMs < mostAddedMs)) tries.push(await measureAddedMs());
  const { peakMegabytes } = readMemory(server.pid);
  console.info(`${streams} streams: peak RSS ${peakMegabytes.toFixed(0)} MB`);
  expect(Math.min(...tries)).toBeLessThan(mostAddedMs);
  expect(peakMegabytes).toBeLessThan(mostMegabytes);
  await expectRecorded("ok");
});

it("closes every connection to the vendor within 2 s when all clients vanish", { timeout: 60_000 }, async () => {
  const vanishing = load(server.url, true);
  await sleep(rampMs + 500);
  expect(await vendor.control.openSockets()).toBeGreaterThanOrEqual(streams);
  await vanishing;
  asked += streams;
  const goneAt = performance.now();
  await vi.waitFor(async () => expect(await vendor.control.openSockets()).toBe(0), {
    timeout: 2_000 * slowdown(),
    interval: 20,
  });
  console.info(
    `${streams} clients vanished: no connection to the vendor after ${(performance.now() - goneAt).toFixed(0)} ms`,
  );
  await expectRecorded("client_abort");
});
