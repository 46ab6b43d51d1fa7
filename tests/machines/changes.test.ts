// What an operator changes at one of three instances with two workers each is in force in every worker of all of them within a second.

import type { ScriptFunction } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRedis } from "../../tools/redis.ts";
import { type Account, createAccount } from "../support/admin.ts";
import { type Machines, startMachines } from "../support/instances.ts";
import { slowdown } from "../support/slowdown.ts";

const vendor: ScriptFunction = (received) =>
  received.method === "GET" ? { kind: "default" } : { kind: "chat", text: "pong" };

/** So many connections reach both workers of an instance, but for once in a thousand times. */
const connections = 10;

const isThere = hasRedis();
let machines: Machines;

beforeAll(async () => {
  if (!isThere) return;
  machines = await startMachines({ count: 3, vendor, environment: { SERVER_WORKERS: "2" } });
}, 240_000);

afterAll(async () => {
  if (isThere) await machines.dispose();
});

async function ask(url: string, key: string, model: string): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    // A connection of its own, which any worker may get.
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
    body: JSON.stringify({ model, max_tokens: 5, messages: [{ role: "user", content: "ping" }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** The statuses that all workers of all instances answer, each once. */
async function everywhere({ key }: Account, model: string): Promise<readonly number[]> {
  const asked = machines.servers.flatMap(({ url }) => Array.from({ length: connections }, () => ask(url, key, model)));
  return [...new Set(await Promise.all(asked))];
}

describe.runIf(isThere)("a change at one of several instances", () => {
  async function tookUntil(change: () => Promise<unknown>, isInForce: () => Promise<boolean>): Promise<number> {
    await change();
    const startedAt = performance.now();
    while (!(await isInForce())) {
      if (performance.now() - startedAt > 30_000) throw new Error("It is not in force after 30 s");
    }
    return performance.now() - startedAt;
  }

  const answers = (account: Account, model: string, status: number) => async () => {
    const statuses = await everywhere(account, model);
    return statuses.length === 1 && statuses[0] === status;
  };

  const addAlias = (name: string) => () => {
    const target = { provider: "openai", model: "gpt-4o", weight: 1 };
    return machines.admin.aliases.create({ body: { name, strategy: "ordered", targets: [target] } });
  };

  const changeKey =
    ({ keyId }: Account, budgetUsd: string) =>
    () =>
      machines.admin.apiKeys.update({ params: { id: keyId }, body: { budget_usd: budgetUsd } });

  const revoke =
    ({ keyId }: Account) =>
    () =>
      machines.admin.apiKeys.revoke({ params: { id: keyId } });

  function expectSoon(took: Readonly<Record<string, number>>): void {
    process.stdout.write(`in force everywhere after ms: ${JSON.stringify(took)}\n`);
    const late = Object.entries(took).filter(([, ms]) => ms > 1_000 * slowdown());
    expect(late).toEqual([]);
  }

  it("is in force at all of them within a second", async () => {
    const account = await createAccount(machines.admin);
    expectSoon({
      key: await tookUntil(async () => undefined, answers(account, "gpt-4o", 200)),
      alias: await tookUntil(addAlias("fast"), answers(account, "fast", 200)),
      budget: await tookUntil(changeKey(account, "0"), answers(account, "fast", 429)),
      "more budget": await tookUntil(changeKey(account, "5"), answers(account, "fast", 200)),
      revocation: await tookUntil(revoke(account), answers(account, "fast", 401)),
    });
  });

  it("is so too while Redis is away, and no signal passes", async () => {
    const account = await createAccount(machines.admin);
    await tookUntil(async () => undefined, answers(account, "gpt-4o", 200));
    await machines.redis.kill();
    // What requests wait for until the breaker opens is not what is looked at here.
    await tookUntil(async () => undefined, answers(account, "gpt-4o", 200));
    expectSoon({
      alias: await tookUntil(addAlias("faster"), answers(account, "faster", 200)),
      revocation: await tookUntil(revoke(account), answers(account, "faster", 401)),
    });
    await machines.redis.start();
  });
});
