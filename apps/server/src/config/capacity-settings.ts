// What this process holds for its clients at most, so that nobody can exhaust it.

import { duration, integer } from "./kinds.ts";
import { setting } from "./setting.ts";

export const capacitySettings = {
  connections: setting({
    path: "limits.connections",
    variable: "GHOSTLLM_CONNECTIONS",
    kind: integer({ min: 1, max: 1_000_000 }),
    default: 10_000,
    help: "Connections of clients at a time; one more is answered with 503 and closed. Fewer where the process may open fewer files (`ulimit -n`): half of those are kept for vendors and files.",
    read: ({ capacity }) => capacity.connections,
  }),
  connectionsPerAddress: setting({
    path: "limits.connections_per_address",
    variable: "GHOSTLLM_CONNECTIONS_PER_ADDRESS",
    kind: integer({ min: 1, max: 1_000_000 }),
    default: 5_000,
    help: "Connections from one address (of IPv6: from one /64 network) at a time; one more is answered with 429 and closed. A load balancer is one address, unless it is one of `server.trusted_proxies`: those have no limit of their own.",
    read: ({ capacity }) => capacity.connectionsPerAddress,
  }),
  answerUnreadMs: setting({
    path: "timeouts.answer_unread_ms",
    variable: "GHOSTLLM_ANSWER_UNREAD_TIMEOUT_MS",
    kind: duration,
    default: 30_000,
    help: "Longest time in which a client takes nothing of an answer that waits for it; then its connection is closed.",
    read: ({ capacity }) => capacity.answerUnreadMs,
  }),
};
