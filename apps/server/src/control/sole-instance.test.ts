import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { migrateStore, openStore } from "#control/store/open-store.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { holdSoleInstance } from "./sole-instance.ts";

const log = { info: () => {}, warn: () => {}, error: () => {} };
const leaseMs = 900;
const monotonic = (): number => performance.now();

describe("one installation at a time serves from a database", () => {
  let root: string;
  let store: OpenStore;
  /** As a server over a network sees the database: the embedded one has the lock of its directory besides. */
  const remote = (change: Partial<OpenStore> = {}): OpenStore => ({ ...store, engine: "postgres", ...change });
  const hold = (installation: string, seen: OpenStore = remote()) =>
    holdSoleInstance({ store: seen, dataDir: join(root, installation), monotonic, leaseMs, log });

  async function took(work: () => Promise<unknown>): Promise<number> {
    const startedAt = monotonic();
    await work();
    return monotonic() - startedAt;
  }

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
    expect(await took(async () => (await hold("second")).release())).toBeLessThan(leaseMs);
  });

  it("the same one gets in at once after a crash, and what is left of the crashed one admits nobody any more", async () => {
    const crashed = await hold("first");
    expect(crashed.holds(monotonic())).toBe(true);
    expect(await took(() => hold("first"))).toBeLessThan(leaseMs);
    await vi.waitFor(() => expect(crashed.holds(monotonic())).toBe(false), { timeout: 45_000 });
  });

  it("a second one is refused while the first renews, with a sentence", async () => {
    const first = await hold("first");
    await expect(hold("second")).rejects.toThrow("another GhostLLM serves from this database");
    expect(first.holds(monotonic())).toBe(true);
    await first.release();
    expect(first.holds(monotonic())).toBe(false);
  });

  it("one that cannot reach the database admits nobody when a second one takes over, and never again", async () => {
    const link = { isCut: false };
    const reach = <Result>(ms: number, run: () => Promise<Result>): Promise<Result> =>
      link.isCut ? Promise.reject(new Error("silence")) : store.within(ms, run);
    const first = await hold("first", remote({ within: reach }));
    link.isCut = true;
    const cutAt = monotonic();
    const second = await hold("second");
    expect(monotonic() - cutAt).toBeGreaterThan(leaseMs);
    expect([first.holds(monotonic()), second.holds(monotonic())]).toEqual([false, true]);
    link.isCut = false;
    await second.release();
    await new Promise((resolve) => setTimeout(resolve, leaseMs / 2));
    expect(first.holds(monotonic())).toBe(false);
    await first.release();
  });

  it("one that was paused is not sure of it until it has asked, and goes on where nobody took over", async () => {
    const paused = { byMs: 0 };
    const dataDir = join(root, "first");
    const first = await holdSoleInstance({
      store: remote(),
      dataDir,
      monotonic: () => monotonic() + paused.byMs,
      leaseMs,
      log,
    });
    const holds = (): boolean => first.holds(monotonic() + paused.byMs);
    expect(holds()).toBe(true);
    paused.byMs = 10 * leaseMs;
    expect(holds()).toBe(false);
    await vi.waitFor(() => expect(holds()).toBe(true), { timeout: 45_000 });
    await first.release();
  });

  it("one whose database is down for everybody goes on, however long that is", async () => {
    const link = { isDown: false };
    const reach = <Result>(ms: number, run: () => Promise<Result>): Promise<Result> =>
      link.isDown ? Promise.reject(new Error("refused")) : store.within(ms, run);
    const first = await hold("first", remote({ within: reach, isDown: () => link.isDown }));
    link.isDown = true;
    const until = monotonic() + 3 * leaseMs;
    const faults: number[] = [];
    while (monotonic() < until) {
      if (!first.holds(monotonic())) faults.push(monotonic());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(faults).toEqual([]);
    link.isDown = false;
    await first.release();
  });
});
