// A server with 100,000 keys: what one change costs each instance and each of its threads, and what a key costs. What was seen is printed.

import { setFlagsFromString, serialize } from "node:v8";
import { runInNewContext } from "node:vm";
import { providers as definitions } from "@ghostllm/llm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FollowedSnapshots } from "../../apps/server/src/domain/snapshot/followed-snapshots.ts";
import type { SnapshotChange } from "../../apps/server/src/domain/snapshot/parts.ts";
import type { SnapshotSource } from "../../apps/server/src/control/snapshot/snapshot-source.ts";
import { openStore, type OpenStore } from "../../apps/server/src/control/store/open-store.ts";
import { availableEngines, type TestDatabase } from "../../apps/server/tests/store-support/engines.ts";
import { createFaultyLink, type FaultyLink } from "../../apps/server/tests/store-support/faulty-link.ts";
import { addManyKeys, manyKeyId, manyUserId } from "../../apps/server/tests/store-support/many-keys.ts";
import { openMigrated, silentLog } from "../../apps/server/tests/store-support/open.ts";
import { snapshotsOf } from "../../apps/server/tests/store-support/snapshots.ts";

const users = 1_000;
const keys = 100_000;
const rounds = 5;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function heapBytes(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

/** Of all threads of this process, in ms. */
async function cpuOf(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;
}

const tell = (line: string): void => void process.stdout.write(`${line}\n`);

describe.each(availableEngines())("100,000 keys on $name", ({ name, create }) => {
  let database: TestDatabase;
  let here: OpenStore;
  let there: OpenStore;
  let link: FaultyLink | null = null;
  let source: SnapshotSource;
  const followed = new FollowedSnapshots(definitions);
  const changes: { readonly change: SnapshotChange; readonly version: number }[] = [];
  let bytesPerKey = { leading: 0, following: 0 };

  /** What has been posted is garbage as soon as this has returned. */
  function openFollowed(): void {
    followed.open(structuredClone(source.parts()));
  }

  beforeAll(async () => {
    database = await create();
    here = await openMigrated(database);
    await addManyKeys(here, users, keys);
    const { databaseUrl } = database;
    link = databaseUrl === null ? null : await createFaultyLink(databaseUrl);
    there = await openStore({ ...database, databaseUrl: link?.url ?? null, log: silentLog });
    source = snapshotsOf(there);
    const empty = heapBytes();
    const whole = await cpuOf(() => source.catchUp());
    const led = heapBytes();
    openFollowed();
    await new Promise((resolve) => setTimeout(resolve, 10));
    bytesPerKey = { leading: (led - empty) / keys, following: (heapBytes() - led) / keys };
    tell(`${name}: the whole snapshot takes ${whole.toFixed(0)} ms of CPU to read`);
    source.onChange((change, version) => void changes.push({ change, version }));
  }, 300_000);

  afterAll(async () => {
    await source.close();
    await Promise.all([here.close(), there.close()]);
    await link?.close();
    await database.dispose();
  });

  it("take less than 700 bytes each, in every thread that has a gateway", () => {
    const { leading, following } = bytesPerKey;
    tell(`${name}: ${leading.toFixed(0)} bytes a key where it is read, ${following.toFixed(0)} where it is followed`);
    expect(source.current().keys.size).toBe(keys);
    expect(followed.current().keys.size).toBe(keys);
    expect(Math.max(leading, following)).toBeLessThan(700);
  });

  /** In the middle of some: the first ones of a kind are compiled. */
  async function costOf(change: (round: number) => Promise<unknown>) {
    const costs = { read: [] as number[], followed: [] as number[], wire: [] as number[], posted: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      await change(round);
      const passed = link?.passed() ?? 0;
      costs.read.push(await cpuOf(() => source.catchUp()));
      costs.wire.push((link?.passed() ?? 0) - passed);
      const [told] = changes.splice(0);
      if (told === undefined) throw new Error("the change was not seen");
      costs.posted.push(serialize(told.change).byteLength);
      costs.followed.push(await cpuOf(() => followed.apply(structuredClone(told.change), told.version)));
      expect(followed.current().version).toBe(source.current().version);
    }
    return {
      read: middle(costs.read),
      followed: middle(costs.followed),
      wire: Math.max(...costs.wire),
      posted: Math.max(...costs.posted),
    };
  }

  const all = {
    "a budget of a key": (round: number) => here.apiKeys.update(manyKeyId(round), { budgetNanos: round }, "all"),
    "a revoked key": (round: number) => here.apiKeys.update(manyKeyId(9 + round), { isActive: false }, "all"),
    "a role": (round: number) => here.users.update(manyUserId(round), { role: "admin", budgetNanos: round }),
    "an alias": (round: number) => here.aliases.create({ name: `alias ${round}`, strategy: "ordered", targets: [] }),
  };

  it.each(Object.entries(all))("%s costs less than 50 ms of CPU and 1 MB in each instance", async (what, change) => {
    const cost = await costOf(change);
    tell(
      `${name}: ${what} takes ${cost.read.toFixed(1)} ms of CPU and ${cost.wire} bytes from the database, ` +
        `and in each further thread ${cost.followed.toFixed(1)} ms and ${cost.posted} bytes`,
    );
    expect(Math.max(cost.read, cost.followed)).toBeLessThan(50);
    expect(Math.max(cost.wire, cost.posted)).toBeLessThan(20_000);
  });

  it("looking on costs less than a hundredth of a processor", async () => {
    const times = 40;
    const cpu =
      (await cpuOf(async () => {
        for (let time = 0; time < times; time += 1) await source.catchUp();
      })) / times;
    tell(`${name}: to see that nothing has changed takes ${cpu.toFixed(2)} ms of CPU, twice a second`);
    expect(cpu * 2).toBeLessThan(10);
  });
});
