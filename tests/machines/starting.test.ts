// Instances that start on one database: at once, on an empty one, with what differs, and without Redis.

import { createClient } from "@ghostllm/contract/client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { hasRedis } from "../../tools/redis.ts";
import { type Machines, startMachines } from "../support/instances.ts";
import { type ReadyServer, spawnServer } from "../support/server.ts";

const isThere = hasRedis();
const leaseMs = 2_000;
const adminKey = "admin-of-all-instances-0123456789";
const environment = { GHOSTLLM_DATABASE_LEASE_MS: String(leaseMs), ADMIN_API_KEY: adminKey };

let machines: Machines;

beforeAll(async () => {
  if (isThere) machines = await startMachines({ count: 3, vendor: () => ({ kind: "default" }), environment });
}, 120_000);

afterAll(async () => {
  if (isThere) await machines.dispose();
});

async function refusalOf(changed: NodeJS.ProcessEnv): Promise<string> {
  const server = spawnServer({
    databaseUrl: machines.postgres.url,
    upstreamUrl: machines.upstream.url,
    environment: {
      ...{ ...environment, ENCRYPTION_KEY: "0123456789abcdef".repeat(4), REDIS_URL: machines.redis.url },
      ...changed,
    },
  });
  const { code } = await server.exit;
  expect(code).toBe(1);
  return server.stderr;
}

describe.skipIf(!isThere)("instances on one database", () => {
  it("make at the first start what is made once, however many start at once", async () => {
    const { data: users } = await machines.admin.users.list({ query: {} });
    const { data: keys } = await machines.admin.apiKeys.list({ query: {} });
    const { data: providers } = await machines.admin.providers.list({ query: {} });
    expect([users.length, keys.length, providers.length]).toEqual([1, 1, 1]);
    expect(machines.servers.filter(({ stdout }) => stdout.includes("Password "))).toHaveLength(1);
  });

  it("know each other's sessions and changes", async () => {
    const [one, other] = machines.servers;
    const { stdout = "" } = machines.servers.find((server) => server.stdout.includes("Password ")) ?? {};
    const password = /Password +(\S+)/.exec(stdout)?.[1] ?? "";
    const body = { email: "admin@localhost", password };
    const { token } = await clientOf(one).sessions.create({ body });
    const user = await clientOf(other, token).users.create({ body: { email: "new@example.com" } });
    const { key } = await clientOf(one, token).apiKeys.create({ body: { user_id: user.id, name: "new" } });
    await vi.waitFor(async () => expect(await statusOfModels(other, key)).toBe(200), { timeout: 5_000, interval: 50 });
  });

  it("refuse one whose secrets differ, and say which", async () => {
    expect(await refusalOf({ ENCRYPTION_KEY: "f".repeat(64) })).toContain(
      "ENCRYPTION_KEY of this instance is not that",
    );
    expect(await refusalOf({ JWT_SECRET: "another secret of sessions, long enough" })).toContain("JWT_SECRET of this");
  });

  it("refuse one without Redis, which is told to set REDIS_URL", async () => {
    expect(await refusalOf({ REDIS_URL: undefined })).toContain("set REDIS_URL");
  });
});

function clientOf(server: ReadyServer | undefined, apiKey = adminKey) {
  return createClient({ baseUrl: server?.url ?? "", apiKey });
}

async function statusOfModels(server: ReadyServer | undefined, key: string): Promise<number> {
  const response = await fetch(`${server?.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  await response.arrayBuffer();
  return response.status;
}
