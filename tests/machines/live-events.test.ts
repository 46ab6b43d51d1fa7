// What is stored nowhere, such as that a request begins, reaches whoever follows events at one instance from every worker of all instances,
// each once: over Redis from the other instance, over their ports from the workers.

import { nameOf } from "@ghostllm/contract/events";
import { followEvents, type FollowedEvent } from "@ghostllm/contract/follow-events";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { hasRedis } from "../../tools/redis.ts";
import { createAccount } from "../support/admin.ts";
import { type Machines, startMachines } from "../support/instances.ts";

/** To each instance; so many connections reach both of its workers, but for once in a thousand times. */
const requests = 10;
const isThere = hasRedis();
let machines: Machines;

beforeAll(async () => {
  if (!isThere) return;
  machines = await startMachines({
    count: 2,
    vendor: () => ({ kind: "default" }),
    environment: { SERVER_WORKERS: "2" },
  });
}, 240_000);

afterAll(async () => {
  if (isThere) await machines.dispose();
});

interface Asked {
  readonly id: string;
  readonly status: number;
}

async function ask(url: string, key: string): Promise<Asked> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
    body: JSON.stringify({ model: "gpt-4o-mini", max_tokens: 5, messages: [{ role: "user", content: "ping" }] }),
  });
  await response.arrayBuffer();
  return { id: response.headers.get("x-request-id") ?? "", status: response.status };
}

function askEverywhere(key: string): Promise<readonly Asked[]> {
  const urls = machines.servers.flatMap(({ url }) => Array.from({ length: requests }, () => url));
  return Promise.all(urls.map((url) => ask(url, key)));
}

/** Follows events of these types at the first instance; answers what has come until now. */
async function follow(types: readonly string[], signal: AbortSignal): Promise<readonly FollowedEvent[]> {
  const [first] = machines.servers;
  if (first === undefined) throw new Error("there is no server");
  const told: FollowedEvent[] = [];
  const states: string[] = [];
  const onState = (state: string): void => void states.push(state);
  const following = followEvents({ baseUrl: first.url, apiKey: machines.adminKey, signal, types, onState });
  void (async () => {
    for await (const event of following) told.push(event);
  })();
  await vi.waitFor(() => expect(states).toContain("following"), { timeout: 20_000 });
  return told;
}

describe.runIf(isThere)("what happens in any worker of any instance", () => {
  it("is told to whoever follows it at one of them, each once", { timeout: 60_000 }, async () => {
    const { key } = await createAccount(machines.admin);
    const limited = await createAccount(machines.admin, { key: { limits: { requests_per_minute: 1 } } });
    const ending = new AbortController();
    const told = await follow(["request.start", "rate.exceeded"], ending.signal);
    const idsOf = (name: string): readonly string[] =>
      told.filter(({ event }) => nameOf(event.type) === name).map(({ event }) => String(event.data["request_id"]));

    // All of them know then that somebody looks on.
    await vi.waitFor(
      async () => {
        const probes = await askEverywhere(key);
        await vi.waitFor(() =>
          expect(idsOf("request.start")).toEqual(expect.arrayContaining(probes.map(({ id }) => id))),
        );
      },
      { timeout: 30_000 },
    );
    const begun = await askEverywhere(key);
    const refused = (await askEverywhere(limited.key)).filter(({ status }) => status === 429);
    expect(refused.length).toBe(2 * requests - 1);
    const all = begun.map(({ id }) => id);
    await vi.waitFor(() => expect(idsOf("request.start")).toEqual(expect.arrayContaining(all)), { timeout: 20_000 });
    await vi.waitFor(() => expect(idsOf("rate.exceeded").toSorted()).toEqual(refused.map(({ id }) => id).toSorted()), {
      timeout: 20_000,
    });
    expect(new Set(idsOf("request.start")).size).toBe(idsOf("request.start").length);
    ending.abort();
  });
});
