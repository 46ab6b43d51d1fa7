// Several instances of the server on one PostgreSQL and one Redis, as they stand behind a load balancer.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, ScriptFunction } from "@ghostllm/fake-upstream";
import { createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import { startPostgres, type ThrowAwayPostgres } from "../../tools/postgres.ts";
import { startRedis, type ThrowAwayRedis } from "../../tools/redis.ts";
import { type ReadyServer, startServer } from "./server.ts";

export interface Machines {
  readonly upstream: FakeUpstream;
  readonly postgres: ThrowAwayPostgres;
  readonly redis: ThrowAwayRedis;
  /** In whose places others may be put. */
  readonly servers: ReadyServer[];
  /** Of whichever server lives. */
  readonly admin: Client;
  readonly adminKey: string;
  /** One more, or one in place of another over its data directory. */
  start(dataDir?: string): Promise<ReadyServer>;
  dispose(): Promise<void>;
}

interface MachinesOptions {
  readonly count: number;
  readonly vendor: ScriptFunction;
  readonly environment?: NodeJS.ProcessEnv;
  /** In place of the address of Redis itself, such as that of a proxy. */
  readonly redisUrl?: (redis: ThrowAwayRedis) => Promise<string>;
}

const shared = {
  ENCRYPTION_KEY: "0123456789abcdef".repeat(4),
  ADMIN_API_KEY: "admin-of-all-instances-0123456789",
};

export async function startMachines({ count, vendor, environment, redisUrl }: MachinesOptions): Promise<Machines> {
  const upstream = await startFakeUpstream({ script: vendor, remember: 0 });
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const servers: ReadyServer[] = [];
  const all = { ...shared, REDIS_URL: (await redisUrl?.(redis)) ?? redis.url, ...environment };
  const start = (dataDir?: string): Promise<ReadyServer> => {
    const place = { upstreamUrl: upstream.url, databaseUrl: postgres.url, environment: all };
    return startServer(dataDir === undefined ? place : { ...place, dataDir });
  };
  // At once, on an empty database: what is to be made at the first start is made once.
  servers.push(...(await Promise.all(Array.from({ length: count }, () => start()))));
  return {
    ...{ upstream, postgres, redis, servers, start },
    adminKey: shared.ADMIN_API_KEY,
    get admin() {
      const alive = servers.find(({ hasExited }) => !hasExited);
      return createClient({ baseUrl: alive?.url ?? "", apiKey: shared.ADMIN_API_KEY });
    },
    async dispose() {
      await Promise.all(servers.map((server) => server.stop()));
      await redis.dispose();
      await postgres.dispose();
      await upstream.close();
    },
  };
}

/** What all scopes hold and run at the moment, by Redis itself. */
export async function heldInRedis(
  redis: ThrowAwayRedis,
): Promise<{ readonly running: number; readonly reserved: number }> {
  const keys = (await redis.command("KEYS", "*:scope:*")).match(/\{[^\r\n]+/g) ?? [];
  let [running, reserved] = [0, 0];
  for (const key of keys) {
    running += await numberIn(redis, key, "running");
    reserved += await numberIn(redis, key, "reserved");
  }
  return { running, reserved };
}

async function numberIn(redis: ThrowAwayRedis, key: string, field: string): Promise<number> {
  const [, text = "0"] = /\r\n(-?\d+)\r\n/.exec(await redis.command("HGET", key, field)) ?? [];
  return Number(text);
}
