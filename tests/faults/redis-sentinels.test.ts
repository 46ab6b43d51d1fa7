// The master changes, planned and not, under load on two instances: what was spent is known to the new one, and the budget holds.

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ScopeMap } from "../../apps/server/src/domain/access/scope.ts";
import type { RedisLink } from "../../apps/server/src/link/redis/redis-link.ts";
import { linkOver } from "../../apps/server/tests/link-support/redis.ts";
import { makeScope } from "../../apps/server/tests/support/gateway.ts";
import { hasRedis, startRedisSentinels } from "../../tools/redis.ts";
import type { ThrowAwaySentinels } from "../../tools/redis.ts";

const isThere = hasRedis();
const budgetNanos = 100_000;
const costNanos = 100;
const scope = makeScope("key", "a", { budgetNanos });

let redis: ThrowAwaySentinels;
let links: RedisLink[] = [];

beforeEach(async () => {
  redis = await startRedisSentinels();
  const keyPrefix = "failover";
  links = [linkOver(redis.url, { keyPrefix }), linkOver(redis.url, { keyPrefix })];
  for (const link of links) await link.open({ spent: new ScopeMap(), objects: [] });
}, 60_000);

afterEach(async () => {
  for (const link of links) await link.close();
  await redis.dispose();
});

/** Asks on both until it is told to stop; answers what was charged, and the longest that anybody waited. */
function startSpending() {
  const run = { isStopped: false, charged: 0, longestMs: 0 };
  const spend = async (link: RedisLink, name: string): Promise<void> => {
    for (let turn = 0; !run.isStopped; turn += 1) {
      const id = `${name}-${turn}`;
      const startedAt = performance.now();
      const made = await link.counters.reserve({ id, scopes: [scope], tokens: 0, costNanos, lifetimeMs: 60_000 });
      run.longestMs = Math.max(run.longestMs, performance.now() - startedAt);
      await sleep(5);
      if (made.admitted) run.charged += await link.counters.settle({ id, tokens: 0, costNanos: costNanos / 2 });
    }
  };
  const running = Promise.all(links.flatMap((link, index) => [0, 1].map((one) => spend(link, `${index}-${one}`))));
  return async () => {
    run.isStopped = true;
    await running;
    return run;
  };
}

const changes = [
  { name: "as an operator has it", change: () => redis.failOver() },
  { name: "because the old one is killed", change: () => redis.servers[0]?.kill() },
  { name: "because the old one hangs", change: async () => redis.servers[0]?.signal("SIGSTOP") },
];

describe.skipIf(!isThere)("another master", () => {
  it.each(changes)("$name", { timeout: 60_000 }, async ({ change }) => {
    const stop = startSpending();
    await sleep(1_000);
    await change();
    // The replica has been made the master, and both instances ask it.
    await vi.waitFor(
      async () => expect(await redis.servers[1]?.command("INFO", "replication")).toContain("role:master"),
      { timeout: 20_000, interval: 50 },
    );
    await sleep(500);
    await vi.waitFor(() => expect(links.map(({ awayBecause }) => awayBecause)).toEqual([null, null]), {
      timeout: 20_000,
      interval: 50,
    });
    await sleep(500);
    const { charged, longestMs } = await stop();
    expect(longestMs).toBeLessThan(2_000);
    expect(charged).toBeGreaterThan(0);
    expect(charged).toBeLessThanOrEqual(budgetNanos);
    // All that was charged is known to the new one, and no more.
    for (const [index, link] of links.entries()) {
      await vi.waitFor(
        async () => {
          const wish = {
            id: `last-${index}`,
            scopes: [scope],
            tokens: 0,
            costNanos: budgetNanos + 1,
            lifetimeMs: 1_000,
          };
          const refused = await link.counters.reserve(wish);
          expect(refused).toMatchObject({ refusal: { spentNanos: charged, reservedNanos: 0 } });
        },
        { timeout: 15_000, interval: 100 },
      );
    }
  });
});
