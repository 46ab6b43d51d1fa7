// A backlog that is full: the oldest events go, whom that has cost something is told how much, and it goes on behind them.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { OutboxKeeper, type OutboxKeeperDeps } from "#control/events/outbox-keeper.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { systemClock } from "#domain/clock.ts";
import { draftEvent } from "#domain/event.ts";
import { MemoryHealth } from "#link/memory/health.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { openMigrated, silentLog } from "./store-support/open.ts";

let database: TestDatabase;
let store: OpenStore;
let health: MemoryHealth;
const missed: (readonly [string, number])[] = [];

beforeEach(async () => {
  const [engine] = availableEngines();
  if (engine === undefined) throw new Error("there is no engine");
  database = await engine.create();
  store = await openMigrated(database);
  health = new MemoryHealth();
  missed.length = 0;
});
afterEach(async () => {
  await store.close();
  await database.dispose();
});

function keep(backlog: OutboxKeeperDeps["backlog"]): OutboxKeeper {
  const events = {
    eventsTold: () => {},
    eventsNotTold: () => {},
    eventsMissed: (sink: string, count: number) => void missed.push([sink, count]),
  };
  return new OutboxKeeper({
    ...{ store, backlog, events, health },
    clock: systemClock,
    log: silentLog,
    intervalMs: 20,
  });
}

const fill = (count: number) => {
  const data = { user_id: "ada", username: "Ada", address: "", browser: false };
  const one = () => draftEvent("user.login", { happenedAt: Date.now(), userId: "ada" }, data);
  return store.events.add(Array.from({ length: count }, one));
};

it("is told by `/health`, a metric and the log, and costs nobody else anything", async () => {
  await store.events.want({ sink: "nats", names: ["user.login"], until: null });
  await store.events.want({ sink: "kafka", names: ["user.login"], until: null });
  await fill(3_000);
  await store.events.told("kafka", 3_000);
  const keeper = keep({ most: 1_000, ms: 60_000 });
  await vi.waitUntil(() => missed.length > 0, { timeout: 10_000 });
  expect(missed).toEqual([["nats", 2_000]]);
  await vi.waitUntil(() => health.parts().get("events") !== undefined, { timeout: 10_000 });
  expect(health.parts().get("events")).toMatchObject({ isHealthy: false });
  expect(health.parts().get("events")?.detail).toMatch(/^events were deleted at 20.* before they could be told$/);
  await keeper.stop();
  expect(await store.events.position("nats")).toBe(2_000);
  const rest = await store.events.after(2_000, 5_000, { names: ["user.login"], own: null });
  expect(rest).toHaveLength(1_000);
});

it("says nothing while there is room", async () => {
  await store.events.want({ sink: "nats", names: ["user.login"], until: null });
  await fill(900);
  const keeper = keep({ most: 1_000, ms: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await keeper.stop();
  expect([missed, health.parts().get("events")]).toEqual([[], undefined]);
  expect(await store.events.after(0, 5_000, { names: ["user.login"], own: null })).toHaveLength(900);
});
