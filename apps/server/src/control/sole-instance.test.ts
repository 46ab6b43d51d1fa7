import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { migrateStore, openStore } from "#control/store/open-store.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { holdSoleInstance } from "./sole-instance.ts";

const log = { info: () => {}, warn: () => {}, error: () => {} };

describe("one installation at a time serves from a database", () => {
  let root: string;
  let store: OpenStore;
  /** Passes a second at each look, so that nobody really waits for leases to end. */
  let time = 1_000_000;
  const now = (): number => (time += 1_000);
  const hold = (installation: string) => holdSoleInstance({ store, dataDir: join(root, installation), now, log });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "ghostllm-sole-"));
    store = await openStore({ databaseUrl: null, dataDir: join(root, "database"), log });
    await migrateStore(store);
  });

  afterEach(async () => {
    await store.close();
    await rm(root, { recursive: true });
  });

  it("a second one gets in when the first has let go", async () => {
    await (await hold("first")).release();
    const before = time;
    await (await hold("second")).release();
    expect(time - before).toBeLessThan(5_000);
  });

  it("the same one gets in at once after a crash, when its lease still runs", async () => {
    const crashed = await hold("first");
    const before = time;
    const again = await hold("first");
    expect(time - before).toBeLessThan(5_000);
    await crashed.release();
    await again.release();
  });

  it("a second one is refused while the first renews, with a sentence", async () => {
    const first = await hold("first");
    const renewing = setInterval(() => {
      const until = time + 10_000;
      void store.settings.get("sole_instance").then(async (lease) => {
        const { installation } = JSON.parse(lease ?? "{}") as { installation: string };
        await store.settings.set("sole_instance", JSON.stringify({ installation, until }));
      });
    }, 200);
    await expect(hold("second")).rejects.toThrow("another GhostLLM serves from this database");
    clearInterval(renewing);
    await first.release();
  });

  it("a second one takes over when the first has died", async () => {
    const dead = await hold("first");
    const before = time;
    const second = await hold("second");
    expect(time - before).toBeGreaterThan(5_000);
    await second.release();
    await dead.release();
  });
});
