// How the server stops, and what is still true after it started again.

import { Agent, get } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createDirectory } from "../../apps/server/tests/store-support/engines.ts";
import { createAccount, listUsage } from "../support/admin.ts";
import { type ReadyServer, type ServerOptions, spawnServer, startServer } from "../support/server.ts";
import { slowdown } from "../support/slowdown.ts";

const model = "gpt-4o-mini";

let upstream: FakeUpstream;
let directory: Awaited<ReturnType<typeof createDirectory>>;
const servers: ReadyServer[] = [];

beforeAll(async () => {
  upstream = await startFakeUpstream();
});

afterAll(() => upstream.close());

beforeEach(async () => {
  upstream.clear();
  directory = await createDirectory();
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill();
  await directory.remove();
});

async function start(options: ServerOptions = {}): Promise<ReadyServer> {
  const server = await startServer({ dataDir: directory.path, upstreamUrl: upstream.url, ...options });
  servers.push(server);
  return server;
}

function ask(server: ReadyServer, key: string, body: object = {}, path = "/v1/chat/completions"): Promise<Response> {
  return fetch(server.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], ...body }),
  });
}

/** What came until the end, also where the end itself is missing. */
async function readToTheEnd({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of body ?? []) parts.push(part);
  } catch {
    // Of an answer that cannot go on, this is the end.
  }
  return Buffer.concat(parts).toString("utf8");
}

function askLive(server: ReadyServer, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get(`${server.url}/health/live`, { agent }, (response) => {
      response.resume().on("end", () => resolve(response));
    });
    request.on("error", reject);
  });
}

async function statusOf(asking: Promise<Response>): Promise<number> {
  const response = await asking;
  await response.arrayBuffer();
  return response.status;
}

describe("SIGTERM", () => {
  it("lets streams finish, takes nobody new, stores what was used, and exits 0", async () => {
    const server = await start();
    const account = await createAccount(server.admin);
    upstream.script({ kind: "chat", chunks: 30, tokensPerSecond: 30 });
    const responses = await Promise.all([1, 2, 3].map(() => ask(server, account.key, { stream: true })));
    const texts = responses.map((response) => response.text());
    await sleep(200);
    const termAt = performance.now();
    server.signal("SIGTERM");
    await sleep(200);
    await expect(ask(server, account.key)).rejects.toThrow();
    for (const text of await Promise.all(texts)) {
      expect(text).toContain("word30");
      expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    }
    const streamsEndedMs = performance.now() - termAt;
    expect(streamsEndedMs).toBeGreaterThan(300);
    expect(await server.exit).toEqual({ code: 0, signal: null });
    // The clients keep their connections open: they may not hold the end up.
    expect(performance.now() - termAt - streamsEndedMs).toBeLessThan(2_000 * slowdown());

    const again = await start();
    const ids = responses.map((response) => response.headers.get("x-request-id"));
    const rows = await listUsage(again.admin, { api_key_id: account.keyId });
    expect(rows).toHaveLength(ids.length);
    expect(new Map(rows.map(({ id, status }) => [id, status]))).toEqual(new Map(ids.map((id) => [id, "ok"])));
  });

  it("records what a vendor still works on, which nobody remembers afterwards", async () => {
    const server = await start();
    const account = await createAccount(server.admin);
    const headers = { authorization: `Bearer ${account.key}`, "content-type": "application/json" };
    upstream.script({ kind: "answer", body: { id: "resp_1", object: "response", status: "queued", usage: null } });
    const body = JSON.stringify({ model, input: "Hello", background: true, max_output_tokens: 50 });
    const begun = await fetch(`${server.url}/v1/responses`, { method: "POST", headers, body });
    expect(begun.status).toBe(200);
    expect(await listUsage(server.admin, { api_key_id: account.keyId })).toEqual([]);
    server.signal("SIGTERM");
    expect(await server.exit).toEqual({ code: 0, signal: null });

    const again = await start();
    const [row, ...others] = await listUsage(again.admin, { api_key_id: account.keyId });
    expect(others).toEqual([]);
    const id = begun.headers.get("x-request-id");
    expect(row).toMatchObject({ id, status: "timeout", estimated: true, completion_tokens: 50 });
    const answer = { id: "resp_1", object: "response", status: "completed", usage: { output_tokens: 9 } };
    upstream.script({ kind: "answer", body: answer });
    const path = `${again.url}/v1/responses/resp_1`;
    expect(await statusOf(fetch(path, { headers }))).toBe(200);
  });

  it("is not held up by connections that have sent nothing, or nothing more", async () => {
    const server = await start();
    const { port, hostname } = new URL(server.url);
    const silent = connect(Number(port), hostname);
    const halfway = connect(Number(port), hostname, () =>
      halfway.write("POST /v1/chat/completions HTTP/1.1\r\nHost: x"),
    );
    await sleep(200);
    const termAt = performance.now();
    server.signal("SIGTERM");
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - termAt).toBeLessThan(2_000 * slowdown());
    for (const socket of [silent, halfway]) socket.destroy();
  });

  it("ends what outlasts the drain time with an error that says so, and records it as cut by the stop", async () => {
    const server = await start({ environment: { GHOSTLLM_DRAIN_TIMEOUT_MS: "400" } });
    const account = await createAccount(server.admin);
    upstream.script(({ text }) => ({
      kind: "stall",
      after: text.includes('"stream":true') ? { chunks: 3 } : "headers",
      of: { kind: "chat", chunks: 9 },
    }));
    const streams = await Promise.all([
      ask(server, account.key, { stream: true }),
      ask(server, account.key, { stream: true, max_tokens: 99 }, "/v1/messages"),
      ask(server, account.key, { stream: true }, "/api/chat"),
    ]);
    const plain = ask(server, account.key);
    await upstream.waitUntil(() => upstream.received.filter(({ path }) => path.endsWith("/completions")).length === 4);
    const texts = streams.map(readToTheEnd);
    const termAt = performance.now();
    server.signal("SIGTERM");
    const [chat = "", message = "", lines = ""] = await Promise.all(texts);
    expect(chat).toMatch(
      /"error":\{"message":"GhostLLM was stopped before the answer was whole[^]*"service_unavailable"/,
    );
    expect(chat).not.toContain("[DONE]");
    expect(message).toMatch(/event: error\r?\ndata: [^]*GhostLLM was stopped/);
    expect(lines).toMatch(/\{"error":"GhostLLM was stopped[^]*\}\n$/);
    const refused = await plain;
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(refused.headers.get("connection")).toBe("close");
    expect(await refused.text()).toContain("Send the request again");
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - termAt).toBeGreaterThan(350);
    expect(performance.now() - termAt).toBeLessThan(3_000 * slowdown());
    const again = await start();
    const rows = await listUsage(again.admin, { api_key_id: account.keyId });
    const ids = [...streams, refused].map((response) => response.headers.get("x-request-id"));
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(ids));
    for (const row of rows) expect(row).toMatchObject({ status: "shutdown", error_code: "service_unavailable" });
    const streamed = rows.filter((row) => row.streamed);
    expect(streamed.every(({ completion_tokens }) => completion_tokens > 0)).toBe(true);
  });

  it("is announced first where that is configured: not ready any more, and all else as before", async () => {
    const server = await start({ environment: { GHOSTLLM_SHUTDOWN_DELAY_MS: "600" } });
    const account = await createAccount(server.admin);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await askLive(server, agent);
    expect(before.headers.connection).not.toBe("close");
    server.signal("SIGTERM");
    await vi.waitFor(async () => expect(await statusOf(fetch(`${server.url}/health/ready`))).toBe(503), {
      timeout: 30_000,
    });
    const ready = await fetch(`${server.url}/health/ready`);
    expect(await ready.json()).toEqual({ status: "not_ready", reason: "stopping" });
    expect(await statusOf(fetch(`${server.url}/health/live`))).toBe(200);
    expect(await statusOf(fetch(`${server.url}/health`))).toBe(503);
    expect(await statusOf(ask(server, account.key))).toBe(200);
    expect((await ask(server, account.key, { stream: true })).status).toBe(200);
    // One that was kept alive is told not to be used again, by both planes.
    expect((await askLive(server, agent)).headers.connection).toBe("close");
    expect((await fetch(`${server.url}/docs/json`)).headers.get("connection")).toBe("close");
    expect(await server.exit).toEqual({ code: 0, signal: null });
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
    agent.destroy();
  });

  it("again, and meant, ends at once", async () => {
    const server = await start();
    const { key } = await createAccount(server.admin);
    upstream.script({ kind: "stall", after: { chunks: 3 }, of: { kind: "chat", chunks: 9 } });
    const reading = (await ask(server, key, { stream: true })).text();
    reading.catch(() => undefined);
    server.signal("SIGTERM");
    await sleep(100);
    // What a launcher passes on a second time is the same wish.
    server.signal("SIGTERM");
    await sleep(1_200);
    expect(server.hasExited).toBe(false);
    const secondAt = performance.now();
    server.signal("SIGTERM");
    expect(await server.exit).toEqual({ code: 130, signal: null });
    expect(performance.now() - secondAt).toBeLessThan(1_000 * slowdown());
    await expect(reading).rejects.toThrow();
  });
});

describe("SIGHUP", () => {
  it("has the certificate read anew, and ends nothing", async () => {
    const certificates = join(import.meta.dirname, "../../apps/server/tests/support/certificates");
    const files = { certificate: join(directory.path, "server.pem"), key: join(directory.path, "server.key") };
    const place = async (name: string): Promise<void> => {
      await copyFile(join(certificates, `${name}-certificate.pem`), files.certificate);
      await copyFile(join(certificates, `${name}-key.pem`), files.key);
    };
    await place("first");
    const server = spawnServer({
      environment: {
        SERVER_TLS_CERTIFICATE_FILE: files.certificate,
        SERVER_TLS_KEY_FILE: files.key,
        LOG_LEVEL: "info",
      },
    });
    await vi.waitFor(() => expect(server.url).toMatch(/^https:/), { timeout: 45_000 });
    await place("second");
    server.signal("SIGHUP");
    await vi.waitFor(() => expect(server.stderr).toContain("there is another certificate"), { timeout: 45_000 });
    expect(server.hasExited).toBe(false);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });
});

describe("after a restart", () => {
  it("spent is spent: budgets go on where they were", async () => {
    const usage = { prompt_tokens: 100_000, completion_tokens: 0, total_tokens: 100_000 };
    upstream.script({ kind: "chat", usage });
    const first = await start();
    // One answer costs 0.015 USD, far above the estimate of its few words.
    const account = await createAccount(first.admin, { key: { budget_usd: "0.02" } });
    expect(await statusOf(ask(first, account.key, { max_tokens: 1 }))).toBe(200);
    await first.stop();

    const second = await start();
    const key = await second.admin.apiKeys.get({ params: { id: account.keyId } });
    expect(key.spent_usd).toBe("0.015");
    expect(await statusOf(ask(second, account.key, { max_tokens: 1 }))).toBe(200);
    await second.kill();

    const third = await start();
    expect((await third.admin.apiKeys.get({ params: { id: account.keyId } })).spent_usd).toBe("0.03");
    expect(await statusOf(ask(third, account.key, { max_tokens: 1 }))).toBe(429);
  });

  it("what vendors keep is still its owner's, and nobody else's, also when the last one was killed", async () => {
    const first = await start();
    const [owner, other] = [await createAccount(first.admin), await createAccount(first.admin)];
    const headersOf = ({ key }: typeof owner) => ({ authorization: `Bearer ${key}` });
    upstream.script({ kind: "answer", body: { id: "resp_9", object: "response", status: "completed" } });
    const headers = { ...headersOf(owner), "content-type": "application/json" };
    const body = JSON.stringify({ model, input: "Hello" });
    expect(await statusOf(fetch(`${first.url}/v1/responses`, { method: "POST", headers, body }))).toBe(200);
    upstream.script({ kind: "answer", body: { id: "file-9", object: "file" } });
    const form = new FormData();
    form.append("purpose", "batch");
    form.append("file", new Blob(["{}"]), "a.jsonl");
    const upload = { method: "POST", headers: headersOf(owner), body: form };
    expect(await statusOf(fetch(`${first.url}/v1/files`, upload))).toBe(200);
    await first.kill();

    const second = await start();
    upstream.script({ kind: "answer", body: { id: "x" } });
    for (const path of ["/v1/responses/resp_9", "/v1/files/file-9"]) {
      expect(await statusOf(fetch(second.url + path, { headers: headersOf(other) }))).toBe(404);
      expect(await statusOf(fetch(second.url + path, { headers: headersOf(owner) }))).toBe(200);
    }
  });

  it("a key that was created works, and one that was revoked does not", async () => {
    const first = await start();
    const kept = await createAccount(first.admin);
    const revoked = await createAccount(first.admin);
    await first.admin.apiKeys.revoke({ params: { id: revoked.keyId } });
    await first.kill();
    const second = await start();
    expect(await statusOf(ask(second, kept.key))).toBe(200);
    expect(await statusOf(ask(second, revoked.key))).toBe(401);
  });
});

describe("a change to a key", () => {
  it("is in force on the gateway when the admin API has answered", async () => {
    const server = await start();
    for (let time = 0; time < 20; time += 1) {
      const account = await createAccount(server.admin);
      expect(await statusOf(ask(server, account.key))).toBe(200);
      const params = { id: account.keyId };
      await server.admin.apiKeys.update({ params, body: { permissions: { models: ["another-*"] } } });
      expect(await statusOf(ask(server, account.key))).toBe(403);
      await server.admin.apiKeys.revoke({ params });
      expect(await statusOf(ask(server, account.key))).toBe(401);
    }
  });
});
