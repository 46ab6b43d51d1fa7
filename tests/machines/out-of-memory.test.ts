// A worker whose heap is full dies as V8 lets a thread die. The server goes on: another takes its place within a second, what it had reserved is
// given back, what it wrote is stored, and who is answered by the others does not notice.

import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { expectAccounted } from "../faults/accounts.ts";
import { type Account, createAccount, listUsage } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";
import { slowdown } from "../support/slowdown.ts";

const fillHeap = fileURLToPath(new URL("fill-heap.ts", import.meta.url));
/** Of each thread; enough for the main one. */
const heapMegabytes = 160;
const streams = 12;
/** By then all threads know of a new key. */
const inForceMs = 1_000;

let vendor: FakeUpstream;
let server: ReadyServer;

beforeAll(async () => {
  vendor = await startFakeUpstream({ remember: 0 });
  const options = `--max-old-space-size=${heapMegabytes} --import ${fillHeap}`;
  const environment = { SERVER_WORKERS: "2", NODE_OPTIONS: options, GHOSTLLM_LIMIT_WAIT_MS: "0" };
  server = await startServer({ upstreamUrl: vendor.url, environment });
});

afterAll(async () => {
  await server.stop();
  await vendor.close();
});

/** By a connection of its own, which any worker may get. */
function ask({ key }: Account, stream: boolean): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
    body: JSON.stringify({
      model: "gpt-4o-mini",
      stream,
      max_tokens: 100,
      messages: [{ role: "user", content: "Hi" }],
    }),
  });
}

/** Request ids of answers that came whole. */
async function askMany(account: Account, count: number): Promise<readonly string[]> {
  const asked = Array.from({ length: count }, async () => {
    const answer = await ask(account, false);
    await answer.text();
    return answer.status === 200 ? [answer.headers.get("x-request-id") ?? ""] : [];
  });
  const outcomes = await Promise.allSettled(asked);
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : []));
}

async function workersSay(): Promise<string> {
  const report = (await (await fetch(`${server.url}/health`, { headers: { connection: "close" } })).json()) as {
    readonly parts: { readonly workers: { readonly detail: string } };
  };
  return report.parts.workers.detail;
}

/** When it said so first. A connection that the dying worker has is lost. */
async function untilWorkersSay(detail: string): Promise<number> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(10)) {
    if ((await workersSay().catch(() => "")) === detail) return performance.now();
  }
  throw new Error(`workers never said: ${detail}\n${server.stderr}`);
}

async function readAll(stream: Response): Promise<"whole" | "cut"> {
  const text = await stream.text().catch(() => "");
  return text.endsWith("data: [DONE]\n\n") ? "whole" : "cut";
}

async function running({ keyId }: Account): Promise<number> {
  const { data } = await server.admin.budgets.list({ query: { kind: "key" } });
  return data.find(({ id }) => id === keyId)?.in_use?.running ?? 0;
}

it("is replaced within a second, and costs nobody anything but its own streams", { timeout: 120_000 }, async () => {
  const limited = await createAccount(server.admin, {
    key: { limits: { concurrent_requests: streams }, budget_usd: "1" },
  });
  const other = await createAccount(server.admin, { key: { budget_usd: "1" } });
  await sleep(inForceMs);
  const text = Array.from({ length: 100 }, (_, index) => `word${index}`).join(" ");
  vendor.script({ kind: "chat", text, tokensPerSecond: 5 });
  const open = await Promise.all(Array.from({ length: streams }, () => ask(limited, true)));
  expect(open.map(({ status }) => status)).toEqual(Array.from({ length: streams }, () => 200));
  expect((await ask(limited, true)).status).toBe(429);
  const ends = Promise.all(open.map(readAll));

  vendor.clear();
  server.signal("SIGUSR2");
  const load = { isOver: false };
  const answered = (async () => {
    const ids: string[] = [];
    while (!load.isOver) ids.push(...(await askMany(other, 4)));
    return ids;
  })();
  const goneAt = await untilWorkersSay("1 of 2 run, 1 were replaced");
  const backAt = await untilWorkersSay("2 of 2 run, 1 were replaced");
  load.isOver = true;
  const ids = await answered;
  process.stdout.write(`replaced after ${Math.round(backAt - goneAt)} ms; ${ids.length} were answered meanwhile\n`);
  expect(backAt - goneAt).toBeLessThan(1_000 * slowdown());
  expect(server.stderr).toMatch(/ERR_WORKER_OUT_OF_MEMORY.*a worker has died, and is replaced/);

  // What it had reserved is free before the streams of the other one have ended.
  const cut = open.length - (await running(limited));
  expect(cut).toBeGreaterThan(0);
  const outcomes = await ends;
  expect(outcomes.filter((end) => end === "cut")).toHaveLength(cut);
  expect(outcomes.filter((end) => end === "whole").length).toBeGreaterThan(0);
  await vi.waitFor(async () => expect(await running(limited)).toBe(0), { timeout: 10_000 });

  await vi.waitFor(() => expectAccounted(server.admin, other, ids), { timeout: 20_000, interval: 250 });
  await vi.waitFor(async () => {
    expect(await listUsage(server.admin, { api_key_id: limited.keyId })).toHaveLength(open.length - cut);
  }, 10_000);
  expect((await askMany(other, 20)).length).toBe(20);
});
