// Events of the whole server at a real NATS: what its stream has, and what it has after the server of NATS was away or silent.

import { setTimeout as sleep } from "node:timers/promises";
import { nameOf } from "@ghostllm/contract/events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { findNats, TestNats } from "./support/nats.ts";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

let nats: TestNats;
let server: WholeServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
  await nats.close();
});

const until = (condition: () => boolean | Promise<boolean>) =>
  vi.waitUntil(condition, { timeout: 30_000, interval: 50 });

async function start(environment: Readonly<Record<string, string>> = {}): Promise<WholeServer> {
  server = await startWholeServer({ NATS_URL: nats.url, ...environment });
  // From then on the stream is to have everything.
  await until(async () => (await partOf("nats")) !== undefined);
  return server;
}

interface Part {
  readonly healthy: boolean;
  readonly detail: string;
}

async function partOf(name: string): Promise<Part | undefined> {
  const response = await fetch(`${server?.url}/health`);
  const health = (await response.json()) as { parts: Readonly<Record<string, Part>> };
  return health.parts[name];
}

async function ask(key: string): Promise<string> {
  const response = await fetch(`${server?.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "demo", messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.text();
  expect(response.status).toBe(200);
  return response.headers.get("x-request-id") ?? "";
}

/** Ids of requests in the order in which the stream first has their end, by key. */
async function endsByKey(): Promise<Readonly<Record<string, readonly string[]>>> {
  const ends = (await nats.stored()).filter(({ event }) => nameOf(event.type) === "request.end");
  const byKey: Record<string, string[]> = {};
  for (const { event } of ends) {
    const known = (byKey[event.partitionkey] ??= []);
    if (!known.includes(event.subject)) known.push(event.subject);
  }
  return byKey;
}

/** Two keys, by which requests are made one after the other. */
async function ofTwoKeys(requests: number, pauseMs = 0) {
  const { admin, apiKey } = server ?? (await start());
  const [first] = (await admin.apiKeys.list()).data;
  const other = await admin.apiKeys.create({ body: { name: "other", user_id: first?.user_id ?? "" } });
  const asked: Record<string, string[]> = { [first?.id ?? ""]: [], [other.id]: [] };
  const slowest = { ms: 0 };
  const run = async (id: string, key: string): Promise<void> => {
    for (let request = 0; request < requests; request += 1) {
      const startedAt = performance.now();
      asked[id]?.push(await ask(key));
      slowest.ms = Math.max(slowest.ms, performance.now() - startedAt);
      await sleep(pauseMs);
    }
  };
  const done = Promise.all([run(first?.id ?? "", apiKey), run(other.id, other.key)]);
  return { asked, slowest, done };
}

describe.skipIf(findNats() === null)("NATS JetStream", () => {
  it("is told all that is stored, by subject and with the event's id, in a stream that is made for it", async () => {
    nats = await TestNats.start({ user: "ghost", password: "secret-of-nats" });
    const { admin, logged } = await start();
    const user = await admin.users.create({ body: { email: "ada@example.com", password: "correct horse battery" } });
    await admin.sessions.create({ body: { email: user.email, password: "correct horse battery" } });
    await admin.users.update({ params: { id: user.id }, body: { budget_usd: "5" } });
    const { key } = await admin.apiKeys.create({ body: { name: "ci", user_id: user.id } });
    const requestId = await ask(key);
    const wanted = ["user.login", "user.limit", "key.created", "request.end", "usage.tracked", "audit.entry"];
    const subjects = async () => new Set((await nats.stored()).map(({ subject }) => subject));
    await until(async () => (await subjects()).size >= wanted.length);
    const stored = await nats.stored();
    expect(new Set(stored.map(({ subject }) => subject.slice("ghostllm.".length)))).toEqual(new Set(wanted));
    for (const { subject, messageId, event } of stored) expect([subject, messageId]).toEqual([event.type, event.id]);
    expect(stored.find(({ subject }) => subject === "ghostllm.request.end")?.event.subject).toBe(requestId);
    expect(await nats.streamConfig()).toMatchObject({ subjects: ["ghostllm.>"], storage: "file" });
    expect(logged.join("\n")).not.toContain("secret-of-nats");
  });

  it("is told what has happened while its server was away, once and in order, and requests were as fast", async () => {
    nats = await TestNats.start();
    await start();
    const before = await (await ofTwoKeys(20)).done.then(() => performance.now());
    const { asked, slowest, done } = await ofTwoKeys(30, 60);
    await sleep(300);
    await nats.kill();
    await until(async () => (await partOf("nats"))?.healthy === false);
    expect((await partOf("nats"))?.detail).toMatch(/events to be told; failing since 20/);
    await done;
    expect(performance.now() - before).toBeLessThan(30_000 * slowdown());
    // Not one waited for NATS, whose shortest patience is a second.
    expect(slowest.ms).toBeLessThan(900 * slowdown());
    await nats.start();
    await until(async () => (await partOf("nats"))?.healthy === true);
    await until(async () => Object.values(await endsByKey()).flat().length >= 100);
    const ends = await endsByKey();
    for (const [key, ids] of Object.entries(asked)) expect(ends[key]?.slice(-30), key).toEqual(ids);
    const stored = await nats.stored();
    expect(new Set(stored.map(({ messageId }) => messageId)).size).toBe(stored.length);
  });

  it("that goes silent for a while has each event once behind it, in order", async () => {
    nats = await TestNats.start();
    await start();
    const { asked, done } = await ofTwoKeys(30, 30);
    await sleep(200);
    nats.freeze();
    await done;
    await sleep(4_000);
    nats.thaw();
    await until(async () => Object.values(await endsByKey()).flat().length >= 60);
    expect(await endsByKey()).toEqual(asked);
    const stored = await nats.stored();
    expect(new Set(stored.map(({ messageId }) => messageId)).size).toBe(stored.length);
  });

  it("without JetStream is told to be of no use, in words", async () => {
    nats = await TestNats.start({ hasJetStream: false });
    const { admin } = await start();
    const [first] = (await admin.apiKeys.list()).data;
    await admin.apiKeys.create({ body: { name: "x", user_id: first?.user_id ?? "" } });
    await until(async () => (await partOf("nats"))?.healthy === false);
    expect((await partOf("nats"))?.detail).toMatch(
      /no stream has the subjects ghostllm\.>, and GHOSTLLM cannot be made/,
    );
  });

  it("shows in the metrics how much it has been told, and how much waits for it", async () => {
    nats = await TestNats.start();
    const { admin, url } = await start();
    const read = async () => (await fetch(`${url}/metrics`)).text();
    await nats.kill();
    const [first] = (await admin.apiKeys.list()).data;
    await admin.apiKeys.create({ body: { name: "x", user_id: first?.user_id ?? "" } });
    // The key, and its entry in the audit log.
    await until(async () => /ghostllm_events_waiting\{sink="nats"\} 2\n/.test(await read()));
    expect(await read()).toMatch(/ghostllm_event_failures_total\{sink="nats"\} [1-9]/);
    await nats.start();
    await until(async () => /ghostllm_events_told_total\{sink="nats"\} 2\n/.test(await read()));
    expect(await read()).toMatch(/ghostllm_events_waiting\{sink="nats"\} 0\n/);
  });
});
