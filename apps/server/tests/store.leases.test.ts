// Work that only one of several instances may do at a time, and what becomes of it when that instance is killed, paused or cut off.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Held } from "#control/leases/leased-work.ts";
import { DatabaseLeases, type LeasesOptions } from "#control/leases/leases.ts";
import { repeating } from "#control/leases/repeating.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { openMigrated, silentLog } from "./store-support/open.ts";

const child = join(import.meta.dirname, "store-support/work-under-lease.ts");
const leaseMs = 1_500;
const monotonic = (): number => performance.now();

describe.each(availableEngines())("leases on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  const children: ChildProcess[] = [];
  const opened: DatabaseLeases[] = [];

  beforeAll(async () => {
    database = await engine.create();
    store = await openMigrated(database);
  });

  afterEach(async () => {
    for (const running of children.splice(0)) running.kill("SIGKILL");
    await Promise.all(opened.splice(0).map((leases) => leases.close()));
    await store.database.kysely.deleteFrom("leases").execute();
  });

  afterAll(async () => {
    await store.close();
    await database.dispose();
  });

  function open(instance: string, changed: Partial<LeasesOptions> = {}): DatabaseLeases {
    const installation = `installation of ${instance}`;
    const options = { store, instance, installation, leaseMs, monotonic, log: silentLog };
    const leases = new DatabaseLeases({ ...options, ...changed });
    opened.push(leases);
    return leases;
  }

  /** Who works, as the works themselves tell it. */
  function watch() {
    const working = new Map<string, Held>();
    const work = (instance: string) => async (held: Held) => {
      working.set(instance, held);
      await new Promise((resolve) => held.signal.addEventListener("abort", resolve));
      working.delete(instance);
    };
    const names = (): string[] => [...working].filter(([, held]) => held.holds()).map(([name]) => name);
    return { work, names };
  }

  async function start(instance: string, workFile: string): Promise<ChildProcess> {
    const args = [child, instance, workFile, String(leaseMs), database.dataDir, database.databaseUrl ?? ""];
    const running = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    children.push(running);
    await once(running.stdout, "data");
    return running;
  }

  /** Who worked, in order, each stretch once. */
  async function stretches(workFile: string): Promise<string[]> {
    const lines = (await readFile(workFile, "utf8").catch(() => "")).split("\n").slice(0, -1);
    return lines.filter((line, place) => line !== lines[place - 1]);
  }

  it("leaves the work as much time for the database as it takes, whatever the leases themselves have", async () => {
    const leases = open("ada");
    const outcome = await new Promise<string>((resolve) => {
      leases.run("slow", async () => {
        // Longer than a turn of the leases may wait for the database.
        const slow = store.wait(sleep(leaseMs / 2)).then(() => "done");
        resolve(await slow.catch((error: unknown) => String(error)));
      });
    });
    expect(outcome).toBe("done");
  });

  it("one of two processes works; when it is killed the other goes on within the time of the lease", async () => {
    const workFile = join(database.dataDir, "killed");
    const first = await start("first", workFile);
    await vi.waitFor(async () => expect(await stretches(workFile)).toEqual(["first"]), { timeout: 20_000 });
    await start("second", workFile);
    await sleep(2 * leaseMs);
    expect(await stretches(workFile)).toEqual(["first"]);
    first.kill("SIGKILL");
    const killedAt = monotonic();
    await vi.waitFor(async () => expect(await stretches(workFile)).toEqual(["first", "second"]), {
      timeout: 45_000,
      interval: 10,
    });
    // The machine may be busy with other suites; what is promised is the time of the lease.
    expect(monotonic() - killedAt).toBeLessThan(leaseMs + 1_000 * slowdown());
  });

  it("a process that was paused does nothing more once another has begun", async () => {
    const workFile = join(database.dataDir, "paused");
    const first = await start("first", workFile);
    await vi.waitFor(async () => expect(await stretches(workFile)).toEqual(["first"]), { timeout: 20_000 });
    await start("second", workFile);
    await sleep(leaseMs / 2);
    first.kill("SIGSTOP");
    await vi.waitFor(async () => expect(await stretches(workFile)).toEqual(["first", "second"]), { timeout: 45_000 });
    first.kill("SIGCONT");
    await sleep(2 * leaseMs);
    expect(await stretches(workFile)).toEqual(["first", "second"]);
  });

  it("it does not matter what time it is where the instances are", async () => {
    const { work, names } = watch();
    const hour = 3_600_000;
    const ahead = open("ahead", { monotonic: () => monotonic() + 24 * hour });
    const stop = ahead.run("work", work("ahead"));
    await vi.waitFor(() => expect(names()).toEqual(["ahead"]), { timeout: 20_000 });
    open("behind", { monotonic: () => monotonic() - 24 * hour }).run("work", work("behind"));
    const until = monotonic() + 2 * leaseMs;
    while (monotonic() < until) {
      expect(names()).toEqual(["ahead"]);
      await sleep(20);
    }
    await stop();
    await vi.waitFor(() => expect(names()).toEqual(["behind"]), { timeout: 20_000 });
  });

  it("one that cannot reach the database has ended its work before another begins, and comes back into line", async () => {
    const { work, names } = watch();
    const link = { isCut: false };
    const reach = <Result>(ms: number, run: () => Promise<Result>): Promise<Result> =>
      link.isCut ? Promise.reject(new Error("silence")) : store.within(ms, run);
    open("cut off", { store: { leases: store.leases, within: reach } }).run("work", work("cut off"));
    await vi.waitFor(() => expect(names()).toEqual(["cut off"]), { timeout: 20_000 });
    open("other").run("work", work("other"));
    await sleep(leaseMs / 2);
    link.isCut = true;
    const seen = new Set<string>();
    await vi.waitFor(
      () => {
        seen.add(names().join());
        expect(names()).toEqual(["other"]);
      },
      { timeout: 45_000, interval: 5 },
    );
    expect([...seen]).toEqual(["cut off", "", "other"]);
    link.isCut = false;
    await sleep(leaseMs);
    expect(names()).toEqual(["other"]);
  });

  it("what an earlier process of the same data directory left behind is taken at once", async () => {
    const crashed = await store.leases.take("work", undefined, {
      holder: "old",
      installation: "here",
      leaseMs: 600_000,
    });
    expect(crashed).toBe(true);
    const { work, names } = watch();
    open("new", { installation: "here" }).run("work", work("new"));
    await vi.waitFor(() => expect(names()).toEqual(["new"]), { timeout: 5_000 });
  });

  it("each lease has its own holder, and who holds one can be seen, with since when", async () => {
    const { work, names } = watch();
    open("first").run("one", work("first"));
    await vi.waitFor(() => expect(names()).toEqual(["first"]), { timeout: 20_000 });
    open("second").run("two", work("second"));
    await vi.waitFor(() => expect(names()).toEqual(["first", "second"]), { timeout: 20_000 });
    const rows = await store.leases.list();
    expect(rows.map(({ name, holder }) => [name, holder])).toEqual([
      ["one", "first"],
      ["two", "second"],
    ]);
    for (const { heldSince } of rows) expect(Math.abs(Date.now() - heldSince)).toBeLessThan(60_000);
  });

  it("work that fails is begun anew, and what is repeated ends with the lease", async () => {
    let [failures, repeats] = [0, 0];
    const leases = open("only");
    leases.run("failing", async () => {
      failures += 1;
      throw new Error("no");
    });
    const stop = leases.run(
      "repeated",
      repeating({ firstMs: 1, everyMs: 1 }, async () => {
        repeats += 1;
      }),
    );
    await vi.waitFor(() => expect(Math.min(failures, repeats)).toBeGreaterThan(2), { timeout: 20_000 });
    await stop();
    const counted = repeats;
    await sleep(50);
    expect(repeats).toBe(counted);
  });
});
