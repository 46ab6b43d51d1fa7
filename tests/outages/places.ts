// A server as it is run, with the database and the Redis that are taken from it.

import { setTimeout as sleep } from "node:timers/promises";
import { parseUsd } from "@ghostllm/contract";
import { vi } from "vitest";
import { createFaultyLink, type FaultyLink } from "../../apps/server/tests/store-support/faulty-link.ts";
import { type FakeProcess, startFakeProcess } from "../bench/fake-process.ts";
import { createAccount, listUsage } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";
import { startPostgres, type ThrowAwayPostgres } from "../../tools/postgres.ts";
import { startRedis, type ThrowAwayRedis } from "../../tools/redis.ts";

export interface PlaceOptions {
  readonly name: string;
  readonly workers: number;
  readonly hasRedis: boolean;
}

export interface Place extends PlaceOptions {
  readonly server: ReadyServer;
  readonly postgres: ThrowAwayPostgres;
  /** Null where limits and budgets are counted in the memory of the process. */
  readonly redis: ThrowAwayRedis | null;
  /** By which the server reaches Redis. */
  readonly wayToRedis: FaultyLink | null;
  readonly vendorUrl: string;
  /** What an answer costs, in nano-USD. */
  costOfOne(): Promise<number>;
  dispose(): Promise<void>;
}

export const model = "gpt-4o-mini";
/** By then every thread knows of what was created. */
export const inForceMs = 1_500;
/** Of every answer. */
const usage = { prompt_tokens: 11, completion_tokens: 40, total_tokens: 51 };

export async function startPlace(options: PlaceOptions): Promise<Place> {
  const [vendor, postgres] = await Promise.all([startVendor(), startPostgres()]);
  const redis = options.hasRedis ? await startRedis() : null;
  const wayToRedis = redis === null ? null : await createFaultyLink(redis.url);
  const server = await startServer({
    upstreamUrl: vendor.url,
    databaseUrl: postgres.url,
    environment: {
      LOG_LEVEL: "info",
      SERVER_WORKERS: String(options.workers),
      ...(wayToRedis !== null && { REDIS_URL: wayToRedis.url }),
    },
  });
  const dispose = async (): Promise<void> => {
    await server.stop();
    await wayToRedis?.close();
    await Promise.all([redis?.dispose(), postgres.dispose(), vendor.stop()]);
  };
  let cost: Promise<number> | null = null;
  const costOfOne = (): Promise<number> => (cost ??= askOnce(server));
  return { ...options, server, postgres, redis, wayToRedis, vendorUrl: vendor.url, costOfOne, dispose };
}

/** In a process of its own, since this one measures. */
async function startVendor(): Promise<FakeProcess> {
  const vendor = await startFakeProcess();
  const text = "an answer of a few words that takes its time";
  await vendor.control.script({ kind: "chat", text, usage, delayMs: 20, tokensPerSecond: 300 });
  return vendor;
}

/** What an answer costs, in nano-USD. */
async function askOnce(server: ReadyServer): Promise<number> {
  const { key, keyId } = await createAccount(server.admin);
  await sleep(inForceMs);
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model,
      max_tokens: usage.completion_tokens,
      messages: [{ role: "user", content: "What do you cost?" }],
    }),
  });
  await response.arrayBuffer();
  return vi.waitFor(
    async () => {
      const [row] = await listUsage(server.admin, { api_key_id: keyId });
      return parseUsd(row?.cost_usd ?? "");
    },
    { timeout: 10_000, interval: 50 },
  );
}
