// What this process holds for its clients at most, so that nobody can exhaust it.

import { duration, integer, size } from "./kinds.ts";
import { setting } from "./setting.ts";

export const capacitySettings = {
  connections: setting({
    path: "limits.connections",
    isLive: true,
    variable: "GHOSTLLM_CONNECTIONS",
    kind: integer({ min: 1, max: 1_000_000 }),
    default: 10_000,
    help: "Connections of clients at a time; one more is answered with 503 and closed. Fewer where the process may open fewer files (`ulimit -n`): half of those are kept for vendors and files.",
    read: ({ capacity }) => capacity.connections,
  }),
  connectionsPerAddress: setting({
    path: "limits.connections_per_address",
    isLive: true,
    variable: "GHOSTLLM_CONNECTIONS_PER_ADDRESS",
    kind: integer({ min: 1, max: 1_000_000 }),
    default: 5_000,
    help: "Connections from one address (of IPv6: from one /64 network) at a time; one more is answered with 429 and closed. A load balancer is one address, unless it is one of `server.trusted_proxies`: those have no limit of their own.",
    read: ({ capacity }) => capacity.connectionsPerAddress,
  }),
  heldBytes: setting({
    path: "limits.held_bytes",
    variable: "GHOSTLLM_HELD_BYTES",
    kind: size,
    default: 56 * 2 ** 20,
    help: "Bytes of request bodies and plain answers that are held at a time; a request for which there is no room is answered with 503 before its body is read. An eighth is kept for requests of up to 64 KiB. The process needs up to twice as much memory, and some 300 MB besides.",
    read: ({ capacity }) => capacity.heldBytes,
  }),
  heldBytesPerKey: setting({
    path: "limits.held_bytes_per_key",
    variable: "GHOSTLLM_HELD_BYTES_PER_KEY",
    kind: size,
    default: 40 * 2 ** 20,
    help: "The share of that for one API key; over it 429. Requests of up to 64 KiB, and one alone, always have theirs.",
    read: ({ capacity }) => capacity.heldBytesPerKey,
  }),
  heldBytesPerAddress: setting({
    path: "limits.held_bytes_per_address",
    variable: "GHOSTLLM_HELD_BYTES_PER_ADDRESS",
    kind: size,
    default: 48 * 2 ** 20,
    help: "The same for one address of a client, as `server.trusted_proxies` tell it.",
    read: ({ capacity }) => capacity.heldBytesPerAddress,
  }),
  cacheBytes: setting({
    path: "cache.bytes",
    variable: "GHOSTLLM_CACHE_BYTES",
    kind: size,
    default: 64 * 2 ** 20,
    help: "Answers of aliases with a cache policy that are kept, all together: in the memory of this process, or with `redis.url` in Redis. Those that are needed least make room.",
    read: ({ capacity }) => capacity.cacheBytes,
  }),
  cachedAnswerBytes: setting({
    path: "cache.answer_bytes",
    isLive: true,
    variable: "GHOSTLLM_CACHE_ANSWER_BYTES",
    kind: size,
    default: 2 ** 20,
    help: "The largest answer that is kept, as its vendor sent it.",
    read: ({ capacity }) => capacity.cachedAnswerBytes,
  }),
  vectorBytes: setting({
    path: "cache.vector_bytes",
    variable: "GHOSTLLM_CACHE_VECTOR_BYTES",
    kind: size,
    default: 64 * 2 ** 20,
    help: "Vectors by which answers are found for questions of the same meaning, where they lie in memory. Those that were kept first make room.",
    read: ({ capacity }) => capacity.vectorBytes,
  }),
  answerUnreadMs: setting({
    path: "timeouts.answer_unread_ms",
    isLive: true,
    variable: "GHOSTLLM_ANSWER_UNREAD_TIMEOUT_MS",
    kind: duration,
    default: 30_000,
    help: "Longest time in which a client takes nothing of an answer that waits for it; then its connection is closed.",
    read: ({ capacity }) => capacity.answerUnreadMs,
  }),
};
