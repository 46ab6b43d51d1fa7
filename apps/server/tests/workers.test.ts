// A server whose requests are answered by threads: what one thread does alone, they do together.

import { Agent, request } from "node:http";
import type { Worker } from "node:worker_threads";
import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { LivePage } from "./support/live-page.ts";
import { pause } from "./support/stage.ts";
import { startWholeServer, wholeAdminKey, type WholeServer } from "./support/whole-server.ts";

const workers = 3;
let vendor: FakeUpstream;
let server: WholeServer;
/** Of workers, newest last. */
const threads: Worker[] = [];

beforeAll(async () => {
  process.on("worker", watch);
  vendor = await startFakeUpstream();
  server = await startWholeServer({
    SERVER_WORKERS: String(workers),
    GHOSTLLM_LIMIT_WAIT_MS: "0",
    OPENAI_API_KEY: "sk-vendor-credential",
    OPENAI_BASE_URL: `${vendor.url}/v1`,
  });
});

beforeEach(() => {
  vendor.clear();
  vendor.script({ kind: "chat", text: "one two three", usage: { prompt_tokens: 7, completion_tokens: 3 } });
});

afterAll(async () => {
  await server.close();
  await vendor.close();
  process.removeListener("worker", watch);
});

function watch(worker: Worker): void {
  if (worker.threadName?.startsWith("worker ") === true) threads.push(worker);
}

function ask({ body = {}, key = server.apiKey }: { body?: object; key?: string } = {}): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
    body: JSON.stringify({ model: "openai/gpt-4o", messages: [{ role: "user", content: "Hi" }], ...body }),
  });
}

/** Each by a connection of its own, so that every worker has some of them. */
async function statusesOf(count: number, options: Parameters<typeof ask>[0] = {}): Promise<readonly number[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => ask(options)));
  await Promise.all(answers.map((answer) => answer.text()));
  return answers.map(({ status }) => status);
}

it("tell each other's streams to clients that come back", async () => {
  vendor.script({ kind: "chat", text: "one two three four five six seven eight", paceMs: 40 });
  const headers = { authorization: `Bearer ${server.apiKey}`, "content-type": "application/json", connection: "close" };
  const body = JSON.stringify({ model: "openai/gpt-4o", stream: true, messages: [{ role: "user", content: "Hi" }] });
  const path = `${server.url}/v1/chat/completions`;
  const first = await fetch(path, { method: "POST", body, headers: { ...headers, "x-ghostllm-resumable": "true" } });
  const reader = first.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  const id = first.headers.get("x-ghostllm-stream") ?? "";
  // Each by a connection of its own: some come to the other worker.
  const again = Array.from({ length: 8 }, () => fetch(`${server.url}/v1/streams/${id}`, { headers }));
  const texts = await Promise.all(again.map(async (response) => (await response).text()));
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain("data: [DONE]");
  expect(vendor.received).toHaveLength(1);
});

function countOf(statuses: readonly number[], status: number): number {
  return statuses.filter((one) => one === status).length;
}

async function healthOf(part: string): Promise<unknown> {
  const answer = (await (await fetch(`${server.url}/health`)).json()) as { parts: Record<string, unknown> };
  return answer.parts[part];
}

async function newKey(body: object = {}) {
  const user = await server.admin.users.create({ body: { email: `${crypto.randomUUID()}@example.com` } });
  return server.admin.apiKeys.create({ body: { user_id: user.id, name: "k", ...body } });
}

describe("requests", () => {
  it("are answered, whole and streamed, and each is in the database once", async () => {
    const { id, key } = await newKey();
    expect(countOf(await statusesOf(30, { key }), 200)).toBe(30);
    const streamed = await (await ask({ key, body: { stream: true } })).text();
    expect(streamed).toContain("three");
    expect(streamed).toContain("[DONE]");
    await vi.waitFor(
      async () => {
        const { data } = await server.admin.usage.list({ query: { api_key_id: id, limit: 100 } });
        expect(data).toHaveLength(31);
      },
      { timeout: 10_000 },
    );
  });

  it("are counted as one: a limit admits exactly as many, and a budget as much", async () => {
    const limited = await newKey({ limits: { requests_per_minute: 20 } });
    expect(countOf(await statusesOf(60, { key: limited.key }), 200)).toBe(20);
    vendor.script({ kind: "stall", after: { chunks: 1 }, of: { kind: "chat", text: "one two" } });
    const few = await newKey({ limits: { concurrent_requests: 4 } });
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask({ key: few.key, body: { stream: true } })));
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(4);
    await Promise.all(answers.map(async (answer) => answer.body?.cancel()));
  });

  it("are refused in one list, whoever refused them", async () => {
    const ids = await Promise.all(
      Array.from({ length: 6 }, async () => (await ask({ key: "gk-unknown" })).headers.get("x-request-id")),
    );
    await vi.waitFor(async () => {
      const { data } = await server.admin.requests.refused();
      expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    });
  });
});

describe("what operators change", () => {
  it("is in force in every worker when it is answered", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, key } = await newKey();
      expect(countOf(await statusesOf(8, { key }), 200)).toBe(8);
      await server.admin.apiKeys.revoke({ params: { id } });
      expect(countOf(await statusesOf(8, { key }), 401)).toBe(8);
    }
  });

  it("is asked of control, whichever worker is asked, with the client's own address", async () => {
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
    expect((await fetch(`${server.url}/admin/users`, { headers: { "x-ghostllm-passed-on": "{}" } })).status).toBe(401);
    // Control says so before it has read them, however fast they come.
    const large = {
      method: "POST",
      headers: { authorization: `Bearer ${wholeAdminKey}`, "content-type": "application/json" },
      body: "x".repeat(2_000_000),
    };
    const sendLarge = async () => (await fetch(`${server.url}/admin/users`, large)).status;
    for (let round = 0; round < 4; round += 1) {
      expect(countOf(await Promise.all(Array.from({ length: 15 }, sendLarge)), 413)).toBe(15);
    }
    const page = await LivePage.ready(server.url, wholeAdminKey);
    const id = (await ask()).headers.get("x-request-id") ?? "";
    await vi.waitFor(() => expect(page.requestIds).toContain(id), { timeout: 5_000 });
    page.close();
  });

  it("is told by metrics of all workers together", async () => {
    const total = async (): Promise<number> => {
      await pause(600);
      const text = await (await fetch(`${server.url}/metrics`)).text();
      expect(text.match(/^process_start_time_seconds /gm)).toHaveLength(1);
      const lines = text.split("\n").filter((line) => line.startsWith("ghostllm_requests_total{"));
      return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    };
    const before = await total();
    await statusesOf(15);
    expect(await total()).toBe(before + 15);
  });
});

describe("the page of the system", () => {
  it("tells of buffers only what takes place, and not what counters might take", async () => {
    const { memory } = await server.admin.system.read();
    expect(memory.buffers_bytes).toBeGreaterThan(0);
    expect(memory.buffers_bytes).toBeLessThan(memory.rss_bytes);
  });
});

describe("connections", () => {
  it("are spread over the workers, also those that are kept alive", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 30 });
    const send = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(server.url);
        const sent = request({ agent, hostname, port, path: "/health/live" }, (answer) => {
          answer.resume();
          answer.on("end", resolve);
        });
        sent.on("error", reject).end();
      });
    const deadline = performance.now() + 15_000;
    let spread: readonly number[] = [];
    while (performance.now() < deadline) {
      await Promise.all(Array.from({ length: 30 }, send));
      await pause(50);
      spread = await connectionsOfWorkers();
      if (Math.max(...spread) <= 12) break;
    }
    expect(Math.max(...spread)).toBeLessThanOrEqual(12);
    agent.destroy();
  });

  async function connectionsOfWorkers(): Promise<readonly number[]> {
    const { workers: told } = (await (await fetch(`${server.url}/status`)).json()) as {
      workers: { connections: number }[];
    };
    return told.map(({ connections }) => connections);
  }
});

describe("a worker that dies", () => {
  it("is replaced; what it held is given back, and what it wrote is stored", async () => {
    const { id, key } = await newKey({ limits: { concurrent_requests: 6 } });
    await statusesOf(6, { key });
    vendor.script({ kind: "stall", after: { chunks: 1 }, of: { kind: "chat", text: "one two" } });
    const streams = await Promise.all(Array.from({ length: 6 }, () => ask({ key, body: { stream: true } })));
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    expect((await ask({ key })).status).toBe(429);
    for (const thread of threads.slice(-workers)) void thread.terminate();
    await vi.waitFor(
      async () => expect(await healthOf("workers")).toEqual({ healthy: true, detail: "3 of 3 run, 3 were replaced" }),
      { timeout: 40_000 },
    );
    await Promise.all(streams.map((stream) => stream.text().catch(() => "")));
    vendor.clear();
    vendor.script({ kind: "chat", text: "one" });
    expect(countOf(await statusesOf(6, { key }), 200)).toBe(6);
    await vi.waitFor(
      async () => {
        const { data } = await server.admin.usage.list({ query: { api_key_id: id, limit: 100 } });
        expect(data).toHaveLength(12);
      },
      { timeout: 10_000 },
    );
    expect(server.logged.some((line) => line.includes("a worker has died, and is replaced"))).toBe(true);
  });
});
