// One team floods an alias, nine ask now and then: what that costs the nine.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, vi } from "vitest";
import { noTimeouts } from "../../apps/server/src/domain/alias-policy.ts";
import type { Alias } from "../../apps/server/src/domain/snapshot.ts";
import {
  makePrincipal,
  makeProvider,
  makeScope,
  makeSnapshot,
  makeTarget,
  startGateway,
} from "../../apps/server/tests/support/gateway.ts";
import { pause, postJson, readBody } from "../../apps/server/tests/support/stage.ts";
import { slowdown } from "../support/slowdown.ts";

const keyOf = (team: number): string => `gk-fair-of-team-${team}-0123456789abcdef`;
const atATime = 40;
const measuredMs = 5_000;

const answer = JSON.stringify({
  ...{ id: "a", object: "chat.completion", created: 1, model: "m" },
  choices: [{ index: 0, message: { role: "assistant", content: "well" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** Each answer takes its own time, from 150 to 350 ms: were all of them alike, all places would be free at the same moment. */
async function startVendor() {
  let drawn = 1;
  const server = createServer((request, response) => {
    drawn = (drawn * 48_271) % 2_147_483_647;
    const delayMs = 150 + (drawn % 200);
    request.resume();
    setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end(answer), delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

it("nine teams that trickle wait hardly longer when a tenth floods", async () => {
  const vendor = await startVendor();
  const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: atATime };
  const scope = makeScope("provider", "p", { limits });
  const target = makeTarget(makeProvider("openai-compatible", `${vendor.url}/v1`, { id: "p", name: "p", scope }), "m");
  const queue = { maxWaitMs: 20_000, maxWaiting: 1_000 };
  const alias: Alias = {
    ...{ id: "r", name: "routed", strategy: "ordered", targets: [{ target, weight: 1 }], createdAt: 0 },
    policy: { retries: null, fallbacks: {}, timeouts: noTimeouts, stickyBy: null, queue },
    queue: { ...queue, aliasId: "r", alias: "routed" },
  };
  const principals = Object.fromEntries(
    Array.from({ length: 10 }, (_, team) => [
      keyOf(team),
      makePrincipal({ keyId: `k${team}`, userId: `u${team}`, teamId: `t${team}`, scopes: [] }),
    ]),
  );
  const gateway = await startGateway(makeSnapshot({ targets: [], principals, aliases: new Map([["routed", alias]]) }));
  const ask = async (team: number): Promise<number> => {
    const startedAt = performance.now();
    const response = await postJson(`${gateway.url}/v1/chat/completions`, body, {
      headers: { authorization: `Bearer ${keyOf(team)}` },
    });
    await readBody(response);
    expect(response.status).toBe(200);
    return performance.now() - startedAt;
  };
  const body = { model: "routed", messages: [{ role: "user", content: "hello" }] };
  const flooding = { isOver: false };
  const trickle = async (): Promise<number[]> => {
    const until = performance.now() + measuredMs;
    const times = await Promise.all(
      Array.from({ length: 9 }, async (_, place) => {
        const own: number[] = [];
        await pause(place * 30);
        while (performance.now() < until) {
          own.push(await ask(place + 1));
          await pause(20);
        }
        return own;
      }),
    );
    return times.flat();
  };
  try {
    await Promise.all(Array.from({ length: 20 }, () => ask(1)));
    const alone = p99Of(await trickle());
    const flood = Array.from({ length: 200 }, async () => {
      while (!flooding.isOver) await ask(0);
    });
    const waiting = (): number => gateway.deps.waitingRoom.waiting()[0]?.waiting ?? 0;
    await vi.waitUntil(() => waiting() > 140, { timeout: 10_000 });
    const flooded = p99Of(await trickle());
    flooding.isOver = true;
    await Promise.all(flood);
    console.log(`p99 of nine teams: ${alone.toFixed(0)} ms alone, ${flooded.toFixed(0)} ms beside a flood of 200`);
    expect(flooded / alone).toBeLessThan(1.2 * slowdown());
  } finally {
    flooding.isOver = true;
    await gateway.close();
    await vendor.close();
  }
}, 60_000);

function p99Of(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0;
}
