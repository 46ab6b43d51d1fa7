// Everybody who is told events is away for a while, and the server is killed in the middle of it, under load. What then must be true is
// the same for a short while and for a long one.

import { setTimeout as sleep } from "node:timers/promises";
import { nameOf, type CloudEvent } from "@ghostllm/contract/events";
import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { expect, vi } from "vitest";
import type { TestDatabase } from "../../apps/server/tests/store-support/engines.ts";
import { TestNats } from "../../apps/server/tests/support/nats.ts";
import { WebhookReceiver } from "../../apps/server/tests/support/webhook-receiver.ts";
import { type Account, createAccount } from "./admin.ts";
import { type ReadyServer, startServer } from "./server.ts";

const model = "gpt-4o-mini";
const clients = 4;
const pauseMs = 40;
const types = ["key.created", "request.end", "usage.tracked"];

/** What one client was answered in full, in its order. */
interface Asker {
  readonly account: Account;
  readonly ids: string[];
  readonly durationsMs: number[];
}

interface Outage {
  readonly database: TestDatabase;
  readonly outageMs: number;
}

class Scene {
  readonly nats: TestNats;
  readonly upstream: FakeUpstream;
  receiver: WebhookReceiver;
  server: ReadyServer;
  readonly #database: TestDatabase;

  private constructor(parts: Pick<Scene, "nats" | "upstream" | "receiver" | "server">, database: TestDatabase) {
    ({ nats: this.nats, upstream: this.upstream, receiver: this.receiver, server: this.server } = parts);
    this.#database = database;
  }

  static async open(database: TestDatabase): Promise<Scene> {
    const [nats, receiver] = [await TestNats.start(), await WebhookReceiver.start()];
    const upstream = await startFakeUpstream({
      script: () => ({ kind: "chat", text: "short", delayMs: 5 }),
      remember: 0,
    });
    const server = await start(database, nats, upstream);
    return new Scene({ nats, upstream, receiver, server }, database);
  }

  async killServer(): Promise<void> {
    await this.server.kill();
    this.server = await start(this.#database, this.nats, this.upstream);
  }

  async goAway(): Promise<void> {
    await Promise.all([this.nats.kill(), this.receiver.close()]);
  }

  async comeBack(): Promise<readonly CloudEvent[]> {
    const before = this.receiver.events;
    this.receiver = await WebhookReceiver.start(this.receiver.port);
    await this.nats.start();
    return before;
  }

  async close(): Promise<void> {
    await this.server.stop();
    await Promise.all([this.nats.close(), this.receiver.close(), this.upstream.close()]);
  }
}

function start({ databaseUrl, dataDir }: TestDatabase, nats: TestNats, upstream: FakeUpstream): Promise<ReadyServer> {
  const environment = {
    NATS_URL: nats.url,
    GHOSTLLM_WEBHOOK_RETRY_MS: "200ms",
    GHOSTLLM_WEBHOOK_ATTEMPTS: "50",
    GHOSTLLM_DATABASE_LEASE_MS: "1s",
  };
  return startServer({ databaseUrl, dataDir, upstreamUrl: upstream.url, environment });
}

export async function expectEventsThroughOutage({ database, outageMs }: Outage): Promise<string> {
  const scene = await Scene.open(database);
  try {
    return await play(scene, outageMs);
  } finally {
    await scene.close();
  }
}

async function play(scene: Scene, outageMs: number): Promise<string> {
  await scene.server.admin.webhooks.create({ body: { name: "hook", url: scene.receiver.url, types } });
  const askers: Asker[] = [];
  for (let client = 0; client < clients; client += 1)
    askers.push({ account: await createAccount(scene.server.admin), ids: [], durationsMs: [] });
  const load = { isOver: false };
  const asking = askers.map((asker) => askOnAndOn(scene, asker, load));
  await sleep(2_000);
  const calm = askers.flatMap(({ durationsMs }) => durationsMs.splice(0));
  await scene.goAway();
  await sleep(outageMs / 2);
  const away = askers.flatMap(({ durationsMs }) => durationsMs.splice(0));
  await scene.killServer();
  const madeWhileAway = await createAccount(scene.server.admin);
  await sleep(outageMs / 2);
  const webhookBefore = await scene.comeBack();
  await sleep(500);
  load.isOver = true;
  await Promise.all(asking);
  await expectAll(scene, { askers, madeWhileAway, webhookBefore });
  const [calmMs, awayMs] = [percentile(calm, 0.5), percentile(away, 0.5)];
  expect(awayMs, `median while nobody could be told; before: ${calmMs.toFixed(0)} ms`).toBeLessThan(calmMs * 2 + 30);
  // Who waits for a broker waits for a second at least.
  const slowMs = percentile(away, 0.95);
  expect(slowMs, "the slowest twentieth").toBeLessThan(900);
  const count = askers.reduce((sum, { ids }) => sum + ids.length, 0);
  const figures = [calmMs, awayMs, slowMs].map((ms) => ms.toFixed(0));
  return `${count} requests, median ${figures[0]} ms before, ${figures[1]} ms while nobody could be told (p95 ${figures[2]})`;
}

interface Told {
  readonly askers: readonly Asker[];
  readonly madeWhileAway: Account;
  readonly webhookBefore: readonly CloudEvent[];
}

async function expectAll(scene: Scene, { askers, madeWhileAway, webhookBefore }: Told): Promise<void> {
  const wanted = askers.flatMap(({ ids }) => ids);
  const isWhole = (events: readonly CloudEvent[]): boolean => {
    const ended = new Set(events.filter(({ type }) => nameOf(type) === "request.end").map(({ subject }) => subject));
    return wanted.every((id) => ended.has(id)) && events.some(({ subject }) => subject === madeWhileAway.keyId);
  };
  const inNats = async () => (await scene.nats.stored()).map(({ event }) => event);
  const atWebhook = (): readonly CloudEvent[] => [...webhookBefore, ...scene.receiver.events];
  const patience = { timeout: 90_000, interval: 500 };
  await vi.waitUntil(async () => isWhole(await inNats()), patience);
  await vi.waitUntil(() => isWhole(atWebhook()), patience);
  expectOrder("NATS", await inNats(), askers);
  expectOrder("the webhook", atWebhook(), askers);
  const stored = await scene.nats.stored();
  expect(new Set(stored.map(({ messageId }) => messageId)).size, "messages that the stream has twice").toBe(
    stored.length,
  );
}

/** Whoever passes over ids that he has sees each request once, and those of a key in the order in which they were made. */
function expectOrder(receiver: string, events: readonly CloudEvent[], askers: readonly Asker[]): void {
  const known = new Set<string>();
  const once = events.filter(({ id }) => !known.has(id) && known.add(id));
  const ends = once.filter(({ type }) => nameOf(type) === "request.end");
  expect(new Set(ends.map(({ subject }) => subject)).size, `${receiver}: ends of requests`).toBe(ends.length);
  for (const { account, ids } of askers) {
    const asked = new Set(ids);
    const ofKey = ends.filter(({ partitionkey, subject }) => partitionkey === account.keyId && asked.has(subject));
    expect(
      ofKey.map(({ subject }) => subject),
      `${receiver}: what was asked by ${account.keyId}`,
    ).toEqual(ids);
  }
}

/** One after the other; while the server is not there it tries again. */
async function askOnAndOn(
  scene: Scene,
  { account, ids, durationsMs }: Asker,
  load: { isOver: boolean },
): Promise<void> {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] });
  const headers = { authorization: `Bearer ${account.key}`, "content-type": "application/json" };
  while (!load.isOver) {
    const startedAt = performance.now();
    try {
      const response = await fetch(`${scene.server.url}/v1/chat/completions`, { method: "POST", headers, body });
      await response.arrayBuffer();
      if (response.ok) {
        ids.push(response.headers.get("x-request-id") ?? "");
        durationsMs.push(performance.now() - startedAt);
      }
    } catch {
      // It is being started again.
    }
    await sleep(pauseMs);
  }
}

function percentile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;
}
