// Events of a server at a real Kafka broker, which is killed, and the server with it.

import { setTimeout as sleep } from "node:timers/promises";
import { nameOf } from "@ghostllm/contract/events";
import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDirectory } from "../../apps/server/tests/store-support/engines.ts";
import { type Account, createAccount } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";
import { type KafkaMessage, TestKafka } from "../../apps/server/tests/support/kafka.ts";

const topic = "ghostllm.events";
const model = "gpt-4o-mini";
let kafka: TestKafka;
let upstream: FakeUpstream;
let directory: Awaited<ReturnType<typeof createDirectory>>;
let server: ReadyServer;

beforeAll(async () => {
  kafka = await TestKafka.start();
  upstream = await startFakeUpstream({ script: () => ({ kind: "chat", text: "short" }), remember: 0 });
  directory = await createDirectory();
  server = await start();
}, 300_000);

afterAll(async () => {
  await server.stop();
  await Promise.all([upstream.close(), kafka.close()]);
  await directory.remove();
});

function start(): Promise<ReadyServer> {
  const environment = { KAFKA_BROKERS: kafka.address, GHOSTLLM_DATABASE_LEASE_MS: "2s" };
  return startServer({ dataDir: directory.path, upstreamUrl: upstream.url, environment });
}

async function ask({ key }: Account): Promise<string> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
  return response.headers.get("x-request-id") ?? "";
}

async function untilStored(ids: readonly string[]): Promise<readonly KafkaMessage[]> {
  for (let tries = 0; tries < 20; tries += 1) {
    const messages = await kafka.stored(topic);
    const ended = new Set(
      messages.filter(({ event }) => nameOf(event.type) === "request.end").map(({ event }) => event.subject),
    );
    if (ids.every((id) => ended.has(id))) return messages;
    await sleep(1_000);
  }
  throw new Error("not all events have arrived");
}

/** Each request once, in the order in which the topic first has its end. */
function endsOf(messages: readonly KafkaMessage[], { keyId }: Account): readonly string[] {
  const ends = messages.filter(({ key, event }) => key === keyId && nameOf(event.type) === "request.end");
  return [...new Set(ends.map(({ event }) => event.subject))];
}

describe("Kafka", () => {
  it("is told all that is stored, those of a key in one partition and in their order", async () => {
    await sleep(3_000);
    const [ada, bob] = [await createAccount(server.admin), await createAccount(server.admin)];
    const asked: Record<string, string[]> = { ada: [], bob: [] };
    for (let request = 0; request < 10; request += 1) {
      asked["ada"]?.push(await ask(ada));
      asked["bob"]?.push(await ask(bob));
    }
    const messages = await untilStored(Object.values(asked).flat());
    expect(endsOf(messages, ada)).toEqual(asked["ada"]);
    expect(endsOf(messages, bob)).toEqual(asked["bob"]);
    for (const { key, event } of messages) expect(key).toBe(event.partitionkey);
    for (const one of [ada, bob])
      expect(new Set(messages.filter(({ key }) => key === one.keyId).map(({ partition }) => partition)).size).toBe(1);
    const names = new Set(messages.map(({ event }) => nameOf(event.type)));
    expect(names).toEqual(new Set(["key.created", "request.end", "usage.tracked"]));
  });

  it("has everything, in order by key, when it was away and the server was killed meanwhile", async () => {
    const ada = await createAccount(server.admin);
    const ids: string[] = [];
    for (let request = 0; request < 10; request += 1) ids.push(await ask(ada));
    await kafka.kill();
    for (let request = 0; request < 10; request += 1) ids.push(await ask(ada));
    await sleep(3_000);
    const health = (await (await fetch(`${server.url}/health`)).json()) as {
      parts: Record<string, { detail: string }>;
    };
    expect(health.parts["kafka"]?.detail).toMatch(/events to be told; failing since 20/);
    await server.kill();
    server = await start();
    for (let request = 0; request < 10; request += 1) ids.push(await ask(ada));
    await kafka.start();
    const messages = await untilStored(ids);
    expect(endsOf(messages, ada)).toEqual(ids);
    const ofAda = messages.filter(({ key }) => key === ada.keyId).map(({ event }) => event);
    // What came twice has its id twice.
    expect(new Set(ofAda.map(({ id }) => id)).size).toBe(1 + 2 * ids.length);
  });
});
