// Who serves from a database, as the instances themselves say it; and what they tell each other at once, where it is PostgreSQL.

import { setTimeout as sleep } from "node:timers/promises";
import { services } from "@ghostllm/contract/routes";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Neighbours } from "#control/instances/neighbours.ts";
import { InstanceRegistry } from "#control/instances/registry.ts";
import { FinishedRequests } from "#control/live/finished-requests.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { encodeRecord } from "#link/journal/record-line.ts";
import { MemorySignals } from "#link/memory/signals.ts";
import type { Signal } from "#link/signals.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { openMigrated, silentLog } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";

const beatMs = 200;

describe.each(availableEngines())("instances on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  const opened: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    database = await engine.create();
    store = await openMigrated(database);
  });

  afterEach(async () => {
    for (const one of opened.splice(0).toReversed()) await one.close();
  });

  afterAll(async () => {
    await store.close();
    await database.dispose();
  });

  async function join(id: string, installation = `of ${id}`, everyMs = beatMs): Promise<InstanceRegistry> {
    const place = { host: "host", processId: 7, version: "1.2.3", services, workers: 4 };
    const registry = new InstanceRegistry({ store, instance: { id, installation, ...place }, beatMs: everyMs });
    await registry.open();
    opened.push(registry);
    return registry;
  }

  it("know each other, and see one that ends in order at once", async () => {
    const one = await join("one");
    const other = await join("other");
    await vi.waitFor(() => expect(one.others.map(({ id }) => id)).toEqual(["other"]), { timeout: 10_000 });
    expect(other.others).toMatchObject([
      { id: "one", host: "host", processId: 7, version: "1.2.3", services, workers: 4 },
    ]);
    const [listed] = await one.list();
    expect(Math.abs(Date.now() - (listed?.startedAt ?? 0))).toBeLessThan(60_000);
    await other.close();
    expect((await one.list()).map(({ id }) => id)).toEqual(["one"]);
  });

  it("take one that is silent for gone after some beats, and keep in mind when it was seen", async () => {
    const one = await join("one");
    await store.instances.beat({ ...one.instance, id: "killed", installation: "elsewhere" });
    const isAlive = async () => {
      const killed = (await one.list()).find(({ id }) => id === "killed");
      return killed === undefined ? null : one.isAlive(killed);
    };
    expect(await isAlive()).toBe(true);
    await vi.waitFor(async () => expect(await isAlive()).toBe(false), { timeout: 10_000, interval: 50 });
    await vi.waitFor(() => expect(one.others).toEqual([]), { timeout: 10_000 });
    expect((await one.list()).find(({ id }) => id === "one")?.silentMs).toBeLessThan(5 * beatMs);
  });

  it("forget what an earlier process of the same data directory has left", async () => {
    const left = {
      id: "left",
      installation: "here",
      host: "host",
      processId: 1,
      version: "1",
      services,
      workers: 1,
      declaredDigest: null,
    };
    await store.instances.beat(left);
    const one = await join("one", "here");
    expect((await one.list()).some(({ id }) => id === "left")).toBe(false);
  });

  // Nobody shares a file of SQLite.
  if (engine.name === "sqlite") return;

  describe("what they tell each other", () => {
    async function meet(id: string) {
      const registry = await join(id, undefined, 2_000);
      const [signals, finished] = [new MemorySignals(), new FinishedRequests()];
      const neighbours = new Neighbours({ store, registry, finished, signals, log: silentLog });
      neighbours.open();
      opened.push(neighbours);
      const heard: Signal[] = [];
      signals.listen("object_changed", (signal) => void heard.push(signal));
      return { registry, signals, finished, neighbours, heard };
    }
    const change = (what: string): Signal => ({ kind: "object_changed", change: { what, id: null, userId: null } });

    async function meetTwo() {
      const [one, other] = [await meet("one"), await meet("other")];
      await vi.waitFor(() => expect(one.registry.others).toHaveLength(1), { timeout: 10_000 });
      return { one, other };
    }

    it("a signal of one is heard by the other once, and does not come back", async () => {
      const { one, other } = await meetTwo();
      await vi.waitFor(
        async () => {
          await one.signals.send(change("keys"));
          expect(other.heard).not.toEqual([]);
        },
        { timeout: 10_000, interval: 200 },
      );
      // Of those that were told before the other listened nobody knows.
      await sleep(500);
      const before = [one.heard.length, other.heard.length];
      await one.signals.send(change("users"));
      await vi.waitFor(() => expect(other.heard).toHaveLength((before[1] ?? 0) + 1), { timeout: 10_000 });
      await sleep(300);
      expect([one.heard.length, other.heard.length]).toEqual(before.map((count) => count + 1));
      expect(other.heard.at(-1)).toEqual(change("users"));
    });

    it("the other's pages see what one has stored, also after the connection was lost", async () => {
      const { one, other } = await meetTwo();
      other.finished.isWanted = true;
      const seen: string[] = [];
      const finishAndLook = async (): Promise<void> => {
        const record = createRecord();
        await store.usage.insert([record]);
        one.neighbours.tell(Buffer.from(encodeRecord(record)));
        await sleep(50);
        seen.push(...other.finished.take().records.map(({ id }) => id));
        expect(seen).toContain(record.id);
      };
      await vi.waitFor(finishAndLook, { timeout: 10_000, interval: 100 });
      const operator = new Client({ connectionString: database.databaseUrl ?? "" });
      await operator.connect();
      const ended = await operator.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ghostllm news' and datname = current_database()",
      );
      await operator.end();
      expect(ended.rowCount).toBe(2);
      await vi.waitFor(finishAndLook, { timeout: 10_000, interval: 100 });
    });

    it("what nobody of ours has told is left alone", async () => {
      const { other } = await meetTwo();
      for (const text of ["no json", "7", "null", '{"from":"x","signal":{"kind":"unheard_of"}}'])
        await store.tellNews(text);
      await store.tellNews("x".repeat(9_000));
      await sleep(200);
      expect(other.heard).toEqual([]);
    });
  });
});
