// Settings of Redis, by which several instances are one.

import type { WhenAway } from "./config.ts";
import { integer, keyPrefix, oneOf, optional, redisUrl } from "./kinds.ts";
import { setting } from "./setting.ts";

const whenAway: readonly WhenAway[] = ["local", "deny", "allow"];

export const redisSettings = {
  redisUrl: setting({
    path: "redis.url",
    variable: "REDIS_URL",
    kind: optional(redisUrl),
    default: null,
    help: "Redis by which several instances on one PostgreSQL count limits and budgets together. Unset: this is the only instance. TLS is `rediss`; sentinels and clusters are `redis+sentinel` and `redis+cluster`.",
    read: ({ redis }) => redis.url,
  }),
  redisKeyPrefix: setting({
    path: "redis.key_prefix",
    variable: "GHOSTLLM_REDIS_KEY_PREFIX",
    kind: keyPrefix,
    default: "ghostllm",
    help: "Before all names in Redis: installations that share a Redis need one each.",
    read: ({ redis }) => redis.keyPrefix,
  }),
  redisTimeoutMs: setting({
    path: "redis.timeout_ms",
    variable: "GHOSTLLM_REDIS_TIMEOUT_MS",
    kind: integer({ min: 20, max: 1_000 }),
    default: 250,
    help: "Longest that a request waits for Redis, in ms. When Redis fails, or half of its answers of a second take longer than 50 ms, it is not asked until it is well again.",
    read: ({ redis }) => redis.commandTimeoutMs,
  }),
  redisLimitsWhenAway: setting<WhenAway>({
    path: "redis.limits_when_away",
    variable: "GHOSTLLM_REDIS_LIMITS_WHEN_AWAY",
    kind: oneOf(whenAway),
    default: "local",
    help: "Limits while Redis is away: each instance by its share of them (`local`), requests with limits are refused (`deny`), or limits are not looked at (`allow`).",
    read: ({ redis }) => redis.whenAway.limits,
  }),
  redisBudgetsWhenAway: setting<WhenAway>({
    path: "redis.budgets_when_away",
    variable: "GHOSTLLM_REDIS_BUDGETS_WHEN_AWAY",
    kind: oneOf(whenAway),
    default: "local",
    help: "The same of budgets: each instance by its share of what was left, nobody who has one, or everybody, whatever is spent.",
    read: ({ redis }) => redis.whenAway.budgets,
  }),
};
