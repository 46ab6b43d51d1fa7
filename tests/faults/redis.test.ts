// Redis stops, is killed and comes back empty, is paused or slow, under load on two instances: nobody is refused for it, nobody
// waits for it, budgets hold, and it is asked again as soon as it is well. GHOSTLLM_OUTAGE_SECONDS sets for how long; default 5.

import { setTimeout as sleep } from "node:timers/promises";
import { parseUsd } from "@ghostllm/contract";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFaultyLink, type FaultyLink } from "../../apps/server/tests/store-support/faulty-link.ts";
import { hasRedis } from "../../tools/redis.ts";
import { type Account, createAccount } from "../support/admin.ts";
import { heldInRedis, type Machines, startMachines } from "../support/instances.ts";
import { slowdown } from "../support/slowdown.ts";
import { expectAccounted } from "./accounts.ts";
import { unhurriedVendor } from "./load.ts";

const outageMs = Number(process.env["GHOSTLLM_OUTAGE_SECONDS"] ?? 5) * 1_000;
const model = "gpt-4o-mini";
const poorUsd = "0.0008";
const isThere = hasRedis();

let machines: Machines;
let way: FaultyLink;

beforeAll(async () => {
  if (!isThere) return;
  machines = await startMachines({
    count: 2,
    vendor: unhurriedVendor,
    redisUrl: async (redis) => {
      way = await createFaultyLink(redis.url);
      return way.url;
    },
  });
}, 120_000);

afterAll(async () => {
  if (!isThere) return;
  await machines.dispose();
  await way.close();
});

interface Answer {
  readonly status: number | string;
  readonly id: string | null;
  readonly ms: number;
}

async function ask(url: string, { key }: Account, stream: boolean): Promise<Answer> {
  const startedAt = performance.now();
  const passed = (): number => performance.now() - startedAt;
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model, stream, max_tokens: 50, messages: [{ role: "user", content: "Take your time" }] }),
    });
    await response.text();
    return { status: response.status, id: response.headers.get("x-request-id"), ms: passed() };
  } catch (error) {
    return { status: String(error), id: null, ms: passed() };
  }
}

/** Clients of one account that ask both instances, half of them for streams. */
function startClients(account: Account, clients: number) {
  const answers: Answer[] = [];
  const run = { isStopped: false };
  const askOn = async (index: number): Promise<void> => {
    for (let turn = index; !run.isStopped; turn += 1) {
      const server = machines.servers[turn % machines.servers.length];
      answers.push(await ask(server?.url ?? "", account, turn % 3 === 0));
      await sleep(40);
    }
  };
  const running = Promise.all(Array.from({ length: clients }, (_, index) => askOn(index)));
  return {
    answers,
    stop: async () => {
      run.isStopped = true;
      await running;
    },
  };
}

async function partsOf(url: string): Promise<Record<string, { readonly healthy: boolean; readonly detail: string }>> {
  const report = (await (await fetch(`${url}/health`)).json()) as {
    readonly parts: Awaited<ReturnType<typeof partsOf>>;
  };
  return report.parts;
}

async function untilRedisIs(healthy: boolean, timeout: number): Promise<void> {
  for (const { url } of machines.servers) {
    await vi.waitFor(async () => expect((await partsOf(url))["redis"]).toMatchObject({ healthy }), {
      timeout,
      interval: 50,
    });
  }
}

interface Fault {
  readonly name: string;
  begin(): Promise<unknown>;
  end(): Promise<unknown>;
}

const faults: readonly Fault[] = [
  {
    name: "stopped",
    begin: async () => machines.redis.signal("SIGSTOP"),
    end: async () => machines.redis.signal("SIGCONT"),
  },
  { name: "killed, and empty when it is back", begin: () => machines.redis.kill(), end: () => machines.redis.start() },
  {
    name: "paused",
    begin: () => machines.redis.command("CLIENT", "PAUSE", String(outageMs), "ALL"),
    end: async () => undefined,
  },
  { name: "slowed down to two seconds a command", begin: async () => way.slow(1_000), end: async () => way.slow(0) },
  { name: "silent, behind a network that drops all", begin: async () => way.silence(), end: async () => way.mend() },
];

describe.skipIf(!isThere)("Redis", () => {
  it.each(faults)(
    "$name: no request fails or waits for it, and budgets hold",
    { timeout: 120_000 + outageMs * 2 },
    async ({ begin, end }) => {
      await untilRedisIs(true, 10_000);
      const rich = await createAccount(machines.admin, { key: { budget_usd: "1000" } });
      const poor = await createAccount(machines.admin, { user: { budget_usd: poorUsd } });
      await sleep(1_500);
      const [load, spenders] = [startClients(rich, 8), startClients(poor, 4)];
      await sleep(1_500);
      const before = load.answers.length;
      const usualMs = Math.max(...load.answers.map(({ ms }) => ms));
      const startedAt = performance.now();
      await begin();
      await untilRedisIs(false, 1_500 * slowdown());
      const noticedMs = performance.now() - startedAt;
      await sleep(outageMs - noticedMs);
      await end();
      const endedAt = performance.now();
      await untilRedisIs(true, 5_000 * slowdown());
      const recoveredMs = performance.now() - endedAt;
      await sleep(1_000);
      await Promise.all([load.stop(), spenders.stop()]);

      const during = load.answers.slice(before);
      const slowestMs = Math.max(...during.map(({ ms }) => ms));
      console.info(
        `${during.length} answers, noticed after ${Math.round(noticedMs)} ms, recovered after ${Math.round(recoveredMs)} ms, slowest ${Math.round(slowestMs)} ms (before: ${Math.round(usualMs)} ms)`,
      );
      expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(spenders.answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
      expect(slowestMs).toBeLessThan(usualMs + 1_000 * slowdown());

      const received = load.answers.flatMap(({ id }) => id ?? []);
      await vi.waitFor(() => expectAccounted(machines.admin, rich, received), { timeout: 20_000, interval: 250 });
      await vi.waitFor(async () => expect(await heldInRedis(machines.redis)).toEqual({ running: 0, reserved: 0 }), {
        timeout: 20_000,
        interval: 250,
      });
      const { spent_usd: spent } = await machines.admin.users.get({ params: { id: poor.userId } });
      expect(parseUsd(spent)).toBeLessThanOrEqual(parseUsd(poorUsd));
      expect(
        spenders.answers.some(({ status }) => status === 429),
        "the budget was used up",
      ).toBe(true);
      expect(parseUsd(spent)).toBeGreaterThan(parseUsd(poorUsd) * 0.6);
    },
  );
});
