// Link over a real Redis, each with names of its own, so that suites and tests share one server or cluster.

import { randomBytes } from "node:crypto";
import { ScopeMap } from "#domain/access/scope.ts";
import { parseRedisUrl } from "#domain/redis-address.ts";
import type { LinkBounds } from "#link/memory/memory-link.ts";
import type { OwnedObject } from "#link/owners.ts";
import { createRedisLink } from "#link/redis/redis-link.ts";
import type { RedisLinkOptions } from "#link/redis/redis-link.ts";
import { hasRedis, startRedis, startRedisCluster } from "../../../../tools/redis.ts";
import { TestClock } from "../support/stage.ts";
import type { LinkEngine, StartedLink } from "./engines.ts";

const isThere = hasRedis();

/** Both are started when they are first needed, and end with the process. */
export const redisEngines: readonly LinkEngine[] = isThere
  ? [
      { name: "redis", isRemote: true, start: async (bounds) => startOver(await url(), bounds) },
      { name: "redis cluster", isRemote: true, start: async (bounds) => startOver(await clusterUrl(), bounds) },
    ]
  : [];

const url = once(async () => (await startRedis()).url);
const clusterUrl = once(async () => (await startRedisCluster()).url);

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => (made ??= make());
}

type Options = Partial<RedisLinkOptions> & { readonly keyPrefix?: string; readonly commandTimeoutMs?: number };

/** Of suites that are about what Redis decides, and not about a Redis that is slow: a machine that is full is no fault. */
const patientMs = 10_000;

/** By the time of the machine, unless the options say another. */
export function linkOver(redisUrl: string, { keyPrefix, commandTimeoutMs = 250, ...options }: Options = {}) {
  const address = parseRedisUrl(redisUrl);
  if (address === null) throw new Error(`${redisUrl} is no Redis URL`);
  return createRedisLink({
    address,
    settings: {
      keyPrefix: keyPrefix ?? `test-${randomBytes(6).toString("hex")}`,
      commandTimeoutMs,
      whenAway: { limits: "local", budgets: "local" },
    },
    certificates: null,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    instance: randomBytes(6).toString("hex"),
    readSpent: async (scopes) => scopes.map(() => 0),
    write: () => undefined,
    onBreaker: () => undefined,
    ...options,
  });
}

async function startOver(redisUrl: string, bounds?: LinkBounds): Promise<StartedLink> {
  const clock = new TestClock();
  const written: OwnedObject[] = [];
  let spent = new ScopeMap<number>();
  const link = linkOver(redisUrl, {
    clock,
    commandTimeoutMs: patientMs,
    serverTime: () => clock.ms,
    readSpent: async (scopes) => scopes.map((scope) => spent.get(scope) ?? 0),
    write: (object) => void written.push(object),
    ...(bounds && { bounds }),
  });
  await link.open({ spent, objects: [] });
  return {
    link: {
      ...link,
      open: async (opening) => {
        spent = opening.spent;
        await link.open(opening);
      },
      // Whoever tells it has it in the database.
      addSpent: async (added) => {
        for (const [scope, nanos] of added) spent.set(scope, (spent.get(scope) ?? 0) + nanos);
        await link.addSpent(added);
      },
    },
    written,
    async advance(ms) {
      clock.ms += ms;
    },
    close: () => link.close(),
  };
}
