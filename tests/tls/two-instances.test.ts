// Two instances on one PostgreSQL and one Redis, whose certificate is renewed while streams run and clients come; and one that is killed
// in the middle of an order.

import { connect as connectPlain, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@ghostllm/contract/client";
import { type FakeUpstream, type ScriptFunction, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { askExactly } from "../../apps/server/tests/support/exact-answer.ts";
import { findFreePort } from "../../tools/free-port.ts";
import { hasPebble } from "../../tools/pebble.ts";
import { startPostgres, type ThrowAwayPostgres } from "../../tools/postgres.ts";
import { hasRedis, startRedis, type ThrowAwayRedis } from "../../tools/redis.ts";
import { createAccount } from "../support/admin.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { type ReadyServer, spawnServer, startServer } from "../support/server.ts";
import { type Authority, startAuthority } from "./authority.ts";
import { shownBy } from "./shown-certificate.ts";

const lifeSeconds = 36;
const loadMs = 55_000;
const streamSeconds = 12;
const tokensPerSecond = 5;
const patience = { timeout: 120_000, interval: 200 };

/** Each order has such a path of its own; one that is asked for twice, since its nonce was refused, has the same. */
const finalized = (authority: Authority): number =>
  new Set(authority.asked.filter((path) => path.startsWith("/finalize-order"))).size;

const vendor: ScriptFunction = (received) => {
  if (received.method === "GET") return { kind: "default" };
  const { stream: isStreamed } = received.json() as { stream?: boolean };
  if (isStreamed === true) return { kind: "chat", chunks: streamSeconds * tokensPerSecond, tokensPerSecond };
  return { kind: "chat", text: "one two three" };
};

describe.skipIf(!hasPebble() || !hasRedis())("two instances", () => {
  let upstream: FakeUpstream;
  let postgres: ThrowAwayPostgres;
  let redis: ThrowAwayRedis;
  let authority: Authority;
  let balancer: Server;
  let ports: readonly number[];
  const servers: ServerProcess[] = [];

  beforeAll(() => {
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  });
  afterAll(() => {
    delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    balancer?.close();
    await authority?.dispose();
    await redis?.dispose();
    await postgres?.dispose();
    await upstream?.close();
  });

  async function prepare(life: number): Promise<void> {
    upstream = await startFakeUpstream({ script: vendor, remember: 0 });
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    ports = await Promise.all([findFreePort(), findFreePort()]);
    balancer = balance(ports);
    balancer.listen(0, "127.0.0.1");
    await once(balancer, "listening");
    authority = await startAuthority({ lifeSeconds: life, httpPort: (balancer.address() as AddressInfo).port });
  }

  const placeOf = (index: number) => ({
    upstreamUrl: upstream.url,
    databaseUrl: postgres.url,
    environment: {
      ...authority.environment,
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: "0123456789abcdef".repeat(4),
      ADMIN_API_KEY: "admin-of-all-instances-0123456789",
      SERVER_REDIRECT_PORT: String(ports[index]),
      LOG_LEVEL: "info",
      GHOSTLLM_DATABASE_LEASE_MS: "5000",
    },
  });
  const clientOf = ({ url }: { readonly url: string }) =>
    createClient({ baseUrl: url, apiKey: "admin-of-all-instances-0123456789" });

  it("renew while streams run and clients come: no stream is dropped, and whoever comes sees the new one", async () => {
    await prepare(lifeSeconds);
    const both: ReadyServer[] = await Promise.all([startServer(placeOf(0)), startServer(placeOf(1))]);
    servers.push(...both);
    const { key } = await createAccount(clientOf(both[0] as ReadyServer));
    const seen: { readonly at: number; readonly fingerprint: string }[] = [];
    const until = performance.now() + loadMs;
    const results = await Promise.all([
      ...both.flatMap(({ url }) => Array.from({ length: 15 }, () => streamAgainAndAgain(url, key, until))),
      ...both.map(({ url }) => comeAgainAndAgain(url, key, until, seen)),
    ]);
    const all = results.flat();
    expect(all.filter((one) => one !== "whole")).toEqual([]);
    expect(all.length).toBeGreaterThan(100);
    const changes = changesOf(seen);
    // At a third of the life that is left: once or twice in this time. Both show the same within two seconds.
    expect(changes.length).toBeGreaterThanOrEqual(2);
    expect(finalized(authority)).toBe(changes.length);
    process.stderr.write(
      `two instances: ${all.length} answers whole, ${seen.length} handshakes, ${changes.length} certificates, both the same within ${Math.round(Math.max(...changes.slice(1).map(({ overlapMs }) => overlapMs)))} ms\n`,
    );
  });

  it("go on with the order of one that was killed in the middle of it, and order nothing twice", async () => {
    await prepare(3_600);
    authority.held.add("/finalize-order");
    const first = spawnServer(placeOf(0));
    servers.push(first);
    await vi.waitFor(() => expect(finalized(authority)).toBe(1), patience);
    const second = spawnServer(placeOf(1));
    servers.push(second);
    await vi.waitFor(() => expect(second.url).not.toBe(""), patience);
    await first.kill();
    authority.held.clear();
    const startedAt = performance.now();
    await vi.waitFor(async () => expect((await shownBy(second.url)).isTemporary).toBe(false), patience);
    const { data } = await clientOf(second).certificates.list({});
    expect(data[0]).toMatchObject({ is_temporary: false, renewal: { failures: 0 } });
    expect(finalized(authority)).toBe(1);
    process.stderr.write(
      `after a kill -9: a certificate in ${Math.round(performance.now() - startedAt)} ms, one order\n`,
    );
  });
});

const headersOf = (key: string) => ({ authorization: `Bearer ${key}`, "content-type": "application/json" });

async function ask(url: string, key: string, streamed: boolean): Promise<string> {
  const body = JSON.stringify({
    ...{ model: "gpt-4o-mini", stream: streamed, messages: [{ role: "user", content: "Hello" }] },
  });
  const tls = { rejectUnauthorized: false };
  const options = { method: "POST", headers: headersOf(key), body, tls };
  const { status, bytes } = await askExactly(`${url}/v1/chat/completions`, options);
  const text = bytes.toString();
  const isWhole = status === 200 && (streamed ? text.endsWith("[DONE]\n\n") : text.includes("one two three"));
  return isWhole ? "whole" : `${status} ${text.slice(-200)}`;
}

/** One stream after the other. */
async function streamAgainAndAgain(url: string, key: string, until: number): Promise<readonly string[]> {
  const results: string[] = [];
  while (performance.now() < until) results.push(await ask(url, key, true).catch(String));
  return results;
}

/** On a connection of its own each time. */
async function comeAgainAndAgain(
  url: string,
  key: string,
  until: number,
  seen: { at: number; fingerprint: string }[],
): Promise<readonly string[]> {
  const results: string[] = [];
  while (performance.now() < until) {
    const [result, { fingerprint }] = await Promise.all([ask(url, key, false).catch(String), shownBy(url)]);
    results.push(result);
    seen.push({ at: performance.now(), fingerprint });
    await sleep(50);
  }
  return results;
}

/** Each certificate once, with how long the one before was still shown somewhere. */
function changesOf(seen: readonly { readonly at: number; readonly fingerprint: string }[]) {
  const inOrder = seen.toSorted((one, other) => one.at - other.at);
  const fingerprints = [...new Set(inOrder.map(({ fingerprint }) => fingerprint))];
  return fingerprints.map((fingerprint, index) => {
    const from = inOrder.find((one) => one.fingerprint === fingerprint)?.at ?? 0;
    const last = inOrder.findLast((one) => one.fingerprint === fingerprints[index - 1])?.at ?? from;
    return { fingerprint, overlapMs: Math.max(0, last - from) };
  });
}

/** To one after the other, of those that are there. */
function balance(ports: readonly number[]): Server {
  let next = 0;
  const lead = (socket: Socket, [port = 0, ...others]: readonly number[]): void => {
    const onward = connectPlain(port, "127.0.0.1", () => socket.pipe(onward).pipe(socket));
    onward.on("error", () => (others.length > 0 ? lead(socket, others) : socket.destroy()));
    socket.on("error", () => onward.destroy());
  };
  return createServer((socket) => {
    const first = next % ports.length;
    next += 1;
    lead(socket, [...ports.slice(first), ...ports.slice(0, first)]);
  });
}
