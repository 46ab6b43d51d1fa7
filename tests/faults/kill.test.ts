// `kill -9` in the middle of load, over and over on the same data. GHOSTLLM_KILL_ROUNDS sets how often; default 3.

import { setTimeout as sleep } from "node:timers/promises";
import { parseUsd } from "@ghostllm/contract";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { availableEngines, type TestDatabase } from "../../apps/server/tests/store-support/engines.ts";
import { createAccount } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";
import { expectAccounted } from "./accounts.ts";
import { startLoad, unhurriedVendor } from "./load.ts";

const rounds = Number(process.env["GHOSTLLM_KILL_ROUNDS"] ?? 3);
const model = "gpt-4o-mini";
const clients = 16;

let upstream: FakeUpstream;
const running: { server?: ReadyServer; database?: TestDatabase } = {};

beforeAll(async () => {
  upstream = await startFakeUpstream({ script: unhurriedVendor, remember: 0 });
});

afterAll(async () => {
  await running.server?.stop();
  await running.database?.dispose();
  await upstream.close();
});

async function start({ databaseUrl, dataDir }: TestDatabase): Promise<ReadyServer> {
  running.server = await startServer({ databaseUrl, dataDir, upstreamUrl: upstream.url });
  return running.server;
}

const smallBudget = "0.0003";

/** Asks on and on, whatever the answers are, until the server is gone. */
async function spendAll(url: string, key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const messages = [{ role: "user", content: "Take your time" }];
  const body = JSON.stringify({ model, max_tokens: 50, messages });
  try {
    for (;;) {
      await (await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body })).arrayBuffer();
      await sleep(10);
    }
  } catch {
    // That is the end.
  }
}

/** Answers what the clients got in full until the server was gone. */
async function killUnderLoad(server: ReadyServer, key: string, poorKey: string): Promise<readonly string[]> {
  const spending = Array.from({ length: 4 }, () => spendAll(server.url, poorKey));
  const load = startLoad({ url: server.url, key, model, clients });
  await vi.waitFor(() => expect(load.received.length).toBeGreaterThan(0), { timeout: 45_000, interval: 10 });
  await sleep(Math.random() * 600);
  load.expectEnd();
  await server.kill();
  await Promise.all([load.stop(), ...spending]);
  expect([...load.failures]).toEqual([]);
  expect(load.received.length).toBeGreaterThan(0);
  return load.received;
}

describe.each(availableEngines())("kill -9 under load on $name", (engine) => {
  it(
    `loses no answered request in ${rounds} rounds, counts none twice, and spends no budget twice`,
    { timeout: 60_000 + rounds * 60_000 },
    async () => {
      const database = (running.database = await engine.create());
      let server = await start(database);
      const budget_usd = "1000";
      const account = await createAccount(server.admin, { user: { budget_usd }, key: { budget_usd } });
      const poor = await createAccount(server.admin, { key: { budget_usd: smallBudget } });
      const received: string[] = [];
      let recorded = 0;
      for (let round = 0; round < rounds; round += 1) {
        received.push(...(await killUnderLoad(server, account.key, poor.key)));
        server = await start(database);
        recorded = await expectAccounted(server.admin, account, received);
        const { spent_usd: spent } = await server.admin.apiKeys.get({ params: { id: poor.keyId } });
        expect(parseUsd(spent), "spent of a small budget").toBeLessThanOrEqual(parseUsd(smallBudget));
      }
      console.info(`${engine.name}: ${rounds} kills, ${received.length} answers received in full, ${recorded} records`);
      await server.stop();
      await database.dispose();
      delete running.server;
      delete running.database;
    },
  );
});
