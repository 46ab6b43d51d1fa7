// Link over real worker threads: what they decide at the same time, and what is left when one of them ends.

import { systemClock } from "#domain/clock.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LimitedScope, RateLimits } from "#domain/principal.ts";
import type { ScopeUse } from "#link/counters.ts";
import type { PendingAnswer } from "#link/pending-answers.ts";
import { createThreadsHub } from "#link/threads/hub.ts";
import { joinLink } from "#link/threads/join.ts";
import { createMemoryLink } from "#link/memory/memory-link.ts";
import type { PartHealth } from "#link/health.ts";
import type { Signal } from "#link/signals.ts";
import { makePending } from "./link-support/pending.ts";
import { join, startStage, startThread } from "./link-support/threads.ts";
import type { Commands, ThreadStage } from "./link-support/threads.ts";
import { makeScope } from "./support/gateway.ts";
import { waitFor } from "./support/stage.ts";

const minute = 60_000;
const hour = 60 * minute;
/** Of whoever comes beside the threads of the stage. */
const spareSeat = 2;

function scope(id: string, limits: Partial<RateLimits> = {}, budgetNanos: number | null = null): LimitedScope {
  const { limits: none } = makeScope("key", id);
  return makeScope("key", id, { limits: { ...none, ...limits }, budgetNanos });
}

let stage: ThreadStage;

afterEach(async () => {
  await stage.close();
  await Promise.all(stage.threads.map((thread) => thread.terminate()));
});

async function start(threads: number): Promise<void> {
  stage = await startStage(Array.from({ length: threads }, startThread));
}

function commandsOf(thread: number): Commands {
  const commands = stage.commands[thread];
  if (commands === undefined) throw new Error(`there is no thread ${thread}`);
  return commands;
}

/** All threads at once, as fast as they can. Answers the ids of what each has admitted. */
async function rush(scopes: readonly LimitedScope[], times: number, costNanos = 0, tokens = 0) {
  const ready = new SharedArrayBuffer(4);
  const threads = stage.commands.length;
  const wish = { scopes, times, costNanos, tokens, threads, ready };
  return Promise.all(stage.commands.map((peer) => peer.ask("rush", wish)));
}

const inUse = async (...scopes: LimitedScope[]): Promise<readonly ScopeUse[]> => stage.hub.link.counters.inUse(scopes);

/** As whoever runs the workers does it. */
async function end(thread: number): Promise<void> {
  await stage.threads[thread]?.terminate();
  stage.hub.free(thread);
}

describe("threads that decide at the same time", () => {
  beforeEach(() => start(4));

  it("admit exactly as many as a minute has room for, of requests and of tokens", async () => {
    const busy = scope("busy", { requestsPerMinute: 1_000 });
    const admitted = (await rush([busy, scope("a")], 1_500)).map((ids) => ids.length);
    expect(admitted.reduce((sum, each) => sum + each)).toBe(1_000);
    const thirsty = scope("thirsty", { tokensPerMinute: 7_000 });
    expect((await rush([scope("b"), thirsty], 500, 0, 9)).flat()).toHaveLength(777);
    expect(await inUse(busy, scope("a"), thirsty)).toMatchObject([
      { requests: 1_000, running: 1_000 },
      { requests: 1_000 },
      { requests: 777, tokens: 6_993 },
    ]);
    stage.clock.ms += minute;
    expect((await rush([busy], 500)).flat()).toHaveLength(1_000);
  });

  it("admit exactly what a budget pays for, and nothing of those that one of their scopes refuses", async () => {
    const [poor, rich] = [scope("poor", {}, 5_000), scope("rich", {}, 1e12)];
    const admitted = await rush([rich, poor], 1_000, 7);
    expect(admitted.flat()).toHaveLength(714);
    const running = { running: 714, reservedNanos: 4_998 };
    expect(await inUse(rich, poor)).toMatchObject([running, running]);
    // All are settled at the same time, for less than was reserved.
    await Promise.all(
      admitted.flatMap((ids, thread) =>
        ids.map((id) => commandsOf(thread).ask("settle", { id, tokens: 0, costNanos: 5 })),
      ),
    );
    const settled = { running: 0, reservedNanos: 0 };
    expect(await inUse(rich, poor)).toMatchObject([settled, settled]);
    expect((await rush([rich, poor], 1_000, 1)).flat()).toHaveLength(5_000 - 714 * 5);
  });

  it("admit as many at a time as a limit says, whichever of them has let one go", async () => {
    const narrow = scope("narrow", { concurrentRequests: 10 });
    const admitted = await rush([narrow], 200);
    expect(admitted.flat()).toHaveLength(10);
    const thread = admitted.findIndex((ids) => ids.length > 0);
    const [id = ""] = admitted[thread] ?? [];
    await commandsOf(thread).ask("settle", { id, tokens: 0, costNanos: 0, staysRunning: true });
    expect((await rush([narrow], 50)).flat()).toHaveLength(0);
    commandsOf(thread).tell("leave", id);
    await commandsOf(thread).ask("inUse", []);
    expect((await rush([narrow], 50)).flat()).toHaveLength(1);
  });
});

describe("a thread that ends", () => {
  beforeEach(() => start(2));

  it("gives back what it had reserved and running, and its seat is taken by another", async () => {
    const one = scope("a", { concurrentRequests: 3 }, 100);
    const other = scope("b", {}, 100);
    const request = { scopes: [one, other], tokens: 5, costNanos: 30, lifetimeMs: hour };
    for (const [thread, id] of [
      [0, "x"],
      [0, "y"],
      [1, "z"],
    ] as const) {
      expect((await commandsOf(thread).ask("reserve", { id, ...request })).admitted).toBe(true);
    }
    await commandsOf(0).ask("settle", { id: "x", tokens: 5, costNanos: 20, staysRunning: true });
    await end(0);
    // What it had settled stays spent, and what was counted within the minute was counted.
    const left = { requests: 3, tokens: 15, running: 1, reservedNanos: 30 };
    expect(await inUse(one, other)).toMatchObject([left, left]);
    const next = startThread();
    const commands = join(next, stage.hub, 0, stage.clock);
    expect((await commands.ask("reserve", { ...request, id: "n", costNanos: 51 })).admitted).toBe(false);
    expect((await commands.ask("reserve", { ...request, id: "n", costNanos: 50 })).admitted).toBe(true);
    expect(await commands.ask("settle", { id: "y", tokens: 0, costNanos: 30 })).toBe(0);
    commands.close();
    await next.terminate();
  });

  it.each([
    { name: "an admission", writes: [0, 1, 4, 7, 10, 13, 16, 19] },
    { name: "a settlement", writes: [0, 1, 3, 5, 7, 9, 11, 13] },
  ])("holds up nobody amid $name, which is then made whole or not at all", async ({ name, writes }) => {
    const scopes = [scope("a", {}, 1_000), scope("b", {}, 1_000)];
    const request = { scopes, tokens: 5, costNanos: 10, lifetimeMs: hour };
    const waits: number[] = [];
    for (const count of writes) {
      const thread = startThread();
      const commands = join(thread, stage.hub, spareSeat, stage.clock);
      await commands.ask("reserve", { ...request, id: "held" });
      const stopped = new SharedArrayBuffer(4);
      await commands.ask("stopAfter", count, Infinity, stopped);
      const cut =
        name === "an admission"
          ? commands.ask("reserve", { ...request, id: "cut" })
          : commands.ask("settle", { id: "held", tokens: 9, costNanos: 10 });
      cut.catch(() => undefined);
      await waitFor(() => new Int32Array(stopped)[0] === 1);
      const ended = thread.terminate();
      const endedAt = performance.now();
      const next = await commandsOf(0).ask("reserve", { ...request, id: `${count}` });
      waits.push(performance.now() - endedAt);
      expect(next.admitted).toBe(true);
      await ended;
      stage.hub.free(spareSeat);
      await commandsOf(0).ask("settle", { id: `${count}`, tokens: 5, costNanos: 1 });
      const [one, other] = await inUse(...scopes);
      expect(one).toEqual(other);
      expect(one).toMatchObject({ running: 0, reservedNanos: 0 });
      commands.close();
    }
    // Nothing of what was cut was charged to anybody.
    for (const one of scopes) expect(await spentOf(one)).toBe(writes.length);
    expect(waits.toSorted((one, other) => one - other)[writes.length >> 1]).toBeLessThan(100);
  });

  it("is not taken for one that was only paused, however long: others wait for that, and all is counted", async () => {
    const scopes = [scope("a", {}, 1_000), scope("b", {}, 1_000)];
    const request = { scopes, tokens: 5, costNanos: 10, lifetimeMs: hour };
    const [stopped, pausedMs] = [new SharedArrayBuffer(4), 500];
    await commandsOf(1).ask("stopAfter", 6, pausedMs, stopped);
    const slow = commandsOf(1).ask("reserve", { ...request, id: "slow" });
    await waitFor(() => new Int32Array(stopped)[0] === 1);
    const startedAt = performance.now();
    expect(await commandsOf(0).ask("reserve", { ...request, id: "fast" })).toMatchObject({ admitted: true });
    expect(performance.now() - startedAt).toBeGreaterThan(pausedMs / 2);
    expect(await slow).toMatchObject({ admitted: true });
    const both = { requests: 2, tokens: 10, running: 2, reservedNanos: 20 };
    expect(await inUse(...scopes)).toMatchObject([both, both]);
  });

  it("answers nothing more: what it was asked for, and what it asks for, is rejected", async () => {
    const link = createMemoryLink({ clock: systemClock });
    const waiting = new Promise<never>(() => undefined);
    const owners = { ...link.owners, find: () => waiting, keep: () => waiting };
    const hub = createThreadsHub({ link: { ...link, owners }, clock: systemClock, seats: 1, mostBytes: 0 });
    const worker = joinLink(hub.seat(0), systemClock);
    const asked = worker.owners.find(["a"]);
    hub.free(0);
    await expect(asked).rejects.toThrow("has ended");
    await expect(worker.turns.find({ kind: "key", id: "a" }, ["b"])).rejects.toThrow("has ended");
    hub.close();
  });

  it("is missed by nobody who waits for what it holds: that expires in a thread that decides nothing", async () => {
    const hub = createThreadsHub({
      link: createMemoryLink({ clock: systemClock }),
      clock: systemClock,
      seats: 1,
      mostBytes: 0,
    });
    const counters = joinLink(hub.seat(0), systemClock).counters;
    const narrow = scope("narrow", { concurrentRequests: 1 });
    const request = { scopes: [narrow], tokens: 0, costNanos: 0, lifetimeMs: 50 };
    expect(await counters.reserve({ ...request, id: "lost" })).toMatchObject({ admitted: true });
    expect(await hub.link.counters.reserve({ ...request, id: "a" })).toMatchObject({ admitted: false });
    await expect.poll(async () => (await hub.link.counters.reserve({ ...request, id: "b" })).admitted).toBe(true);
    hub.close();
  });
});

/** What a refusal tells. */
async function spentOf(one: LimitedScope): Promise<number | undefined> {
  const asked = { scopes: [one], tokens: 0, costNanos: 1e15, lifetimeMs: hour };
  const reservation = await stage.hub.link.counters.reserve({ ...asked, id: "probe" });
  return reservation.admitted ? undefined : reservation.refusal.spentNanos;
}

describe("what threads tell each other", () => {
  beforeEach(() => start(2));
  const changed = { kind: "snapshot_changed" } as const;

  it("a signal of any of them comes once to all that listen, and is heeded when sending it resolves", async () => {
    const heard: Signal[] = [];
    stage.hub.link.signals.listen("snapshot_changed", (signal) => void heard.push(signal));
    for (const peer of stage.commands) await peer.ask("listen", 50, null);
    await stage.hub.link.signals.send(changed);
    const all = async () => [...heard, ...(await commandsOf(0).ask("heard")), ...(await commandsOf(1).ask("heard"))];
    expect(await all()).toEqual([changed, changed, changed]);
    await commandsOf(1).ask("send", changed);
    expect(await all()).toEqual([changed, changed, changed, changed, changed, changed]);
  });

  it("whoever sends one hears what went wrong in another, when all others have heeded it", async () => {
    await commandsOf(0).ask("listen", 0, "no snapshot to be had");
    await commandsOf(1).ask("listen", 50, null);
    await expect(stage.hub.link.signals.send(changed)).rejects.toThrow("no snapshot to be had");
    expect(await commandsOf(1).ask("heard")).toEqual([changed]);
    await expect(commandsOf(1).ask("send", changed)).rejects.toThrow("no snapshot to be had");
  });

  it("nobody waits for a thread that ends before it has heeded a signal, nor long for one that does not", async () => {
    await commandsOf(0).ask("listen", hour, null);
    const sent = stage.hub.link.signals.send(changed);
    await end(0);
    await sent;
    await commandsOf(1).ask("listen", hour, null);
    const startedAt = performance.now();
    await stage.hub.link.signals.send(changed);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it("parts are told once where all threads say the same, and by the thread where not, until it ends", async () => {
    const [well, unwell] = [true, false].map((isHealthy) => ({ isHealthy, detail: "" }));
    const parts = async () => Object.fromEntries(await stage.hub.link.health.parts());
    const tell = (thread: number, part: string, health: PartHealth | undefined) => {
      return health && commandsOf(thread).ask("report", part, health);
    };
    stage.hub.link.health.report("store", { isHealthy: true, detail: "sqlite" });
    for (const thread of [0, 1]) await tell(thread, "providers", well);
    expect(Object.keys(await parts())).toEqual(["store", "providers"]);
    await tell(1, "providers", unwell);
    expect(await parts()).toMatchObject({
      "providers of worker 1": { isHealthy: true },
      "providers of worker 2": { isHealthy: false },
    });
    await end(1);
    expect(await parts()).toMatchObject({ store: { isHealthy: true }, providers: { isHealthy: true } });
    expect(Object.keys(await parts())).toHaveLength(2);
  });
});

describe("an answer that is waited for in the background", () => {
  beforeEach(() => start(2));

  async function begin(): Promise<{ readonly one: LimitedScope; readonly pending: PendingAnswer }> {
    const one = scope("a", { concurrentRequests: 1 }, 100);
    const pending = makePending("answer");
    const request = { id: pending.facts.id, scopes: [one], tokens: 7, costNanos: 60, lifetimeMs: hour };
    expect(await commandsOf(0).ask("reserve", request)).toMatchObject({ admitted: true });
    expect(await commandsOf(0).ask("addPending", pending)).toBe(true);
    expect(await inUse(one)).toMatchObject([{ requests: 1, tokens: 7, running: 1, reservedNanos: 60 }]);
    return { one, pending };
  }

  it("is settled by whichever thread sees its end, also when the one that began it has ended", async () => {
    const { one, pending } = await begin();
    await end(0);
    expect(await inUse(one)).toMatchObject([{ running: 1, reservedNanos: 60 }]);
    expect(await commandsOf(1).ask("takePending", { providerId: "p", answerId: "answer" })).toEqual(pending);
    expect(await commandsOf(1).ask("settle", { id: pending.facts.id, tokens: 9, costNanos: 45 })).toBe(45);
    expect(await inUse(one)).toMatchObject([{ requests: 1, tokens: 9, running: 0, reservedNanos: 0 }]);
    expect(await spentOf(one)).toBe(45);
    expect(await commandsOf(1).ask("settle", { id: pending.facts.id, tokens: 9, costNanos: 45 })).toBe(0);
  });

  it("is held by the thread that began it where there is nothing to wait for", async () => {
    const { one, pending } = await begin();
    const request = { id: "again", scopes: [scope("b", {}, 100)], tokens: 0, costNanos: 10, lifetimeMs: hour };
    await commandsOf(1).ask("reserve", request);
    const again = { ...pending, facts: { ...pending.facts, id: "again" } };
    expect(await commandsOf(1).ask("addPending", again)).toBe(false);
    expect(await commandsOf(1).ask("settle", { id: "again", tokens: 0, costNanos: 8 })).toBe(8);
    expect(await inUse(one, scope("b"))).toMatchObject([{ running: 1 }, { running: 0, reservedNanos: 0 }]);
  });
});
