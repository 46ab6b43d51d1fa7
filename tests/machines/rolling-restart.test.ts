// Three instances behind nginx, one after the other stopped and started again, as a rolling upgrade does, while streams run and requests
// come: no stream is cut, and no request fails.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@ghostllm/contract/client";
import { type FakeUpstream, type ScriptFunction, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../tools/free-port.ts";
import { startPostgres, type ThrowAwayPostgres } from "../../tools/postgres.ts";
import { hasRedis, startRedis, type ThrowAwayRedis } from "../../tools/redis.ts";
import { type Account, createAccount, listUsage } from "../support/admin.ts";
import { checkOut, type OtherCommit } from "../bench/other-commit.ts";
import { findNginx, runNginx, type RunningNginx } from "../support/nginx.ts";
import { type ReadyServer, startServer } from "../support/server.ts";

const streams = 200;
const perSecond = 100;
const streamSeconds = 20;
const tokensPerSecond = 4;
const adminKey = randomBytes(24).toString("hex");
const encryptionKey = randomBytes(32).toString("hex");

/** `UPGRADE_FROM=<commit> npm run test:machines -- tests/machines/rolling-restart.test.ts`: all begin with that one, and end with this one. */
const earlierVersion = process.env["UPGRADE_FROM"];

const nginxProgram = findNginx();
const isThere = nginxProgram !== null && hasRedis();
if (!isThere) process.stderr.write("the rolling restart is left out: `apt-get install nginx-light redis-server`\n");

/** Long for those that stream. */
const vendor: ScriptFunction = (received) => {
  if (received.method === "GET") return { kind: "default" };
  const { stream } = received.json() as { stream?: boolean };
  const usage = { prompt_tokens: 7, completion_tokens: 3 };
  if (stream !== true) return { kind: "chat", text: "one two three", usage };
  return { kind: "chat", chunks: streamSeconds * tokensPerSecond, tokensPerSecond, usage };
};

describe.skipIf(!isThere)("a rolling restart", () => {
  let upstream: FakeUpstream;
  let postgres: ThrowAwayPostgres;
  let redis: ThrowAwayRedis;
  let nginx: RunningNginx;
  let account: Account;
  let earlier: OtherCommit | null = null;
  let places: { readonly port: number; readonly dataDir: string; server: ReadyServer }[];

  beforeAll(async () => {
    if (nginxProgram === null) return;
    upstream = await startFakeUpstream({ script: vendor, remember: 0 });
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    const ports = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
    earlier = earlierVersion === undefined ? null : checkOut(earlierVersion);
    const servers = await Promise.all(ports.map((port) => start(port, undefined, earlier?.tree)));
    places = servers.map((server, index) => ({ port: ports[index] ?? 0, dataDir: server.dataDir, server }));
    nginx = await runNginx(nginxProgram, (listen) => balance(listen, ports));
    account = await createAccount(createClient({ baseUrl: nginx.url, apiKey: adminKey }));
    await sleep(1_000);
  }, 120_000);

  afterAll(async () => {
    await nginx?.stop();
    await Promise.all((places ?? []).map(({ server }) => server.stop()));
    await redis?.dispose();
    await postgres?.dispose();
    await upstream?.close();
    await earlier?.stop();
  });

  function start(port: number, dataDir?: string, tree?: string): Promise<ReadyServer> {
    const environment = {
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: encryptionKey,
      ADMIN_API_KEY: adminKey,
      SERVER_PORT: String(port),
      SERVER_WORKERS: "2",
      SERVER_TRUSTED_PROXIES: "loopback",
      GHOSTLLM_SHUTDOWN_DELAY_MS: "2000",
      GHOSTLLM_DRAIN_TIMEOUT_MS: "60000",
    };
    const place = { databaseUrl: postgres.url, upstreamUrl: upstream.url, environment };
    return startServer({ ...place, ...(dataDir !== undefined && { dataDir }), ...(tree !== undefined && { tree }) });
  }

  function ask(stream: boolean): Promise<Response> {
    return fetch(`${nginx.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${account.key}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ model: "gpt-4o-mini", stream, messages: [{ role: "user", content: "Hello" }] }),
    });
  }

  async function statusOf(): Promise<string> {
    try {
      const answer = await ask(false);
      const text = await answer.text();
      return answer.status === 200 ? "200" : `${answer.status} ${text.slice(0, 200)}`;
    } catch (error) {
      return error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error);
    }
  }

  async function streamOnce(): Promise<string> {
    try {
      const answer = await ask(true);
      const text = await answer.text();
      return text.trimEnd().endsWith("data: [DONE]") ? "whole" : `${answer.status} ${text.slice(-300)}`;
    } catch (error) {
      return error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error);
    }
  }

  it("cuts no stream and fails no request", { timeout: 240_000 }, async () => {
    const ended: Promise<string>[] = [];
    const asked: Promise<string>[] = [];
    const over = new AbortController();
    for (let index = 0; index < streams; index += 1) ended.push(streamOnce());
    const loading = (async (): Promise<void> => {
      const startedAt = performance.now();
      while (!over.signal.aborted) {
        const due = ((performance.now() - startedAt) / 1_000) * perSecond;
        while (asked.length < due) asked.push(statusOf());
        await sleep(5);
      }
    })();
    await sleep(1_000);
    const ports = places.map(({ port }) => port);
    for (const place of places) {
      // Without active checks nginx learns of an instance that leaves only by failing to reach it.
      await nginx.reload((listen) => balance(listen, ports, place.port));
      expect(await place.server.stop()).toEqual({ code: 0, signal: null });
      place.server = await start(place.port, place.dataDir);
      await nginx.reload((listen) => balance(listen, ports));
      for (let index = 0; index < streams / 4; index += 1) ended.push(streamOnce());
    }
    over.abort();
    await loading;
    const [outcomes, statuses] = await Promise.all([Promise.all(ended), Promise.all(asked)]);
    const failed = statuses.filter((status) => status !== "200");
    const cut = outcomes.filter((outcome) => outcome !== "whole");
    process.stderr.write(`${outcomes.length} streams, ${statuses.length} requests over a rolling restart\n`);
    expect([failed.slice(0, 3), failed.length]).toEqual([[], 0]);
    expect([cut.slice(0, 3), cut.length]).toEqual([[], 0]);
    const admin = createClient({ baseUrl: nginx.url, apiKey: adminKey });
    await expect
      .poll(async () => (await listUsage(admin, { api_key_id: account.keyId })).length, { timeout: 20_000 })
      .toBe(outcomes.length + statuses.length);
  });
});

/** As deploy/nginx has it, with all services in each instance. */
function balance(listen: string, ports: readonly number[], leaving: number | null = null): string {
  return `
  upstream ghostllm {
    ${ports.map((port) => `server 127.0.0.1:${port}${port === leaving ? " down" : ""};`).join(" ")}
    keepalive 64;
  }
  server {
    listen ${listen};
    location / {
      proxy_pass http://ghostllm; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
      proxy_connect_timeout 5s; proxy_read_timeout 1800s; client_max_body_size 32m;
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header Forwarded "";
    }
  }`;
}
