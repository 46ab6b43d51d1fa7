// PostgreSQL goes away under load and comes back. GHOSTLLM_OUTAGE_SECONDS sets for how long; default 5.

import { setTimeout as sleep } from "node:timers/promises";
import { ClientError } from "@ghostllm/contract/client";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from "vitest";
import { startPostgres, type ThrowAwayPostgres } from "../../tools/postgres.ts";
import { PostgresMissing } from "../../tools/postgres-binaries.ts";
import { createAccount } from "../support/admin.ts";
import { type ReadyServer, type ServerOptions, spawnServer, startServer } from "../support/server.ts";
import { expectAccounted } from "./accounts.ts";
import { startLoad, unhurriedVendor } from "./load.ts";

const outageSeconds = Number(process.env["GHOSTLLM_OUTAGE_SECONDS"] ?? 5);
const model = "gpt-4o-mini";
/** All servers here share one database, each with a data directory of its own, and so must share the key. */
const environment = { ENCRYPTION_KEY: "0123456789abcdef".repeat(4) };

let upstream: FakeUpstream;
let postgres: ThrowAwayPostgres | null = null;
const servers: { stop(): Promise<unknown> }[] = [];

beforeAll(async () => {
  upstream = await startFakeUpstream({ script: unhurriedVendor, remember: 0 });
  postgres = await startPostgres().catch((error: unknown) => {
    if (error instanceof PostgresMissing) return null;
    throw error;
  });
});

afterAll(async () => {
  for (const server of servers) await server.stop();
  await postgres?.dispose();
  await upstream.close();
});

function requirePostgres({ skip }: TestContext): ThrowAwayPostgres {
  return postgres ?? skip("there is no PostgreSQL here that could be stopped");
}

async function start(options: ServerOptions): Promise<ReadyServer> {
  const server = await startServer({ upstreamUrl: upstream.url, environment, ...options });
  servers.push(server);
  return server;
}

async function statusOf(url: string): Promise<{ readonly status: number; readonly word: unknown }> {
  const response = await fetch(url);
  const { status: word } = (await response.json()) as { readonly status: unknown };
  return { status: response.status, word };
}

async function listModels(server: ReadyServer, key: string): Promise<number> {
  const response = await fetch(`${server.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  await response.arrayBuffer();
  return response.status;
}

describe("PostgreSQL", () => {
  it(
    `away for ${outageSeconds} s under load: no request fails, no record is lost`,
    { timeout: 180_000 + outageSeconds * 2_000 },
    async (context) => {
      const database = requirePostgres(context);
      const server = await start({ databaseUrl: database.url });
      const account = await createAccount(server.admin, { key: { budget_usd: "1000" } });
      const bystander = await createAccount(server.admin);
      const load = startLoad({ url: server.url, key: account.key, model, clients: 12, pauseMs: 20 });
      await sleep(1_000);
      await database.stop();
      const downAt = performance.now();
      const countBefore = load.received.length;
      await vi.waitFor(
        async () => expect(await statusOf(`${server.url}/health`)).toEqual({ status: 503, word: "degraded" }),
        { timeout: 30_000, interval: 100 },
      );
      expect(await statusOf(`${server.url}/health/ready`)).toEqual({ status: 200, word: "ready" });
      const revoking = server.admin.apiKeys.revoke({ params: { id: bystander.keyId } });
      const refusal: unknown = await revoking.catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(ClientError);
      expect(refusal).toMatchObject({ status: 503, code: "service_unavailable" });
      expect(await listModels(server, bystander.key)).toBe(200);
      await sleep(outageSeconds * 1_000 - (performance.now() - downAt));
      expect(await listModels(server, bystander.key)).toBe(200);
      const countDuring = load.received.length - countBefore;

      await database.start();
      await sleep(1_500);
      await load.stop();
      expect([...load.failures]).toEqual([]);
      expect(countDuring).toBeGreaterThan(outageSeconds * 20);
      await vi.waitFor(async () => expect(await statusOf(`${server.url}/health`)).toMatchObject({ word: "ok" }), {
        timeout: 45_000,
        interval: 100,
      });
      const recorded = await vi.waitFor(() => expectAccounted(server.admin, account, load.received), {
        timeout: 45_000,
        interval: 500,
      });
      expect(recorded).toBe(load.received.length);
      expect((await server.admin.apiKeys.get({ params: { id: bystander.keyId } })).is_active).toBe(true);
      await server.admin.apiKeys.revoke({ params: { id: bystander.keyId } });
      expect(await listModels(server, bystander.key)).toBe(401);
      console.info(
        `outage of ${outageSeconds} s: ${load.received.length} answers (${countDuring} of them while PostgreSQL was away), ${recorded} records, 0 failures`,
      );
      await server.stop();
    },
  );

  it("away while the server is killed, and still away while it starts again", { timeout: 180_000 }, async (context) => {
    const database = requirePostgres(context);
    const first = await start({ databaseUrl: database.url });
    const account = await createAccount(first.admin, { key: { budget_usd: "1000" } });
    const load = startLoad({ url: first.url, key: account.key, model, clients: 8, pauseMs: 10 });
    await sleep(500);
    await database.kill();
    await sleep(1_000);
    load.expectEnd();
    await first.kill();
    await load.stop();
    expect([...load.failures]).toEqual([]);

    const again = { databaseUrl: database.url, dataDir: first.dataDir, upstreamUrl: upstream.url, environment };
    const waiting = spawnServer(again);
    servers.push(waiting);
    await vi.waitFor(() => expect(waiting.stderr).toContain("does not answer yet"), { timeout: 45_000 });
    await waiting.kill();
    const starting = start(again);
    await sleep(1_000);
    await database.start();
    const second = await starting;
    await expectAccounted(second.admin, account, load.received);
    await second.stop();
    await first.stop();
  });
});
