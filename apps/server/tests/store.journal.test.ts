import { execFile, spawn } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lockDirectory } from "#link/journal/directory-lock.ts";
import type { Journal } from "#link/journal/journal.ts";
import { openJournal, type JournalOptions } from "#link/journal/open-journal.ts";
import { createDirectory } from "./store-support/engines.ts";
import { silentLog } from "./store-support/open.ts";
import { createRandom, createRecord } from "./store-support/records.ts";

let root: Awaited<ReturnType<typeof createDirectory>>;
let directory: string;

beforeEach(async () => {
  root = await createDirectory();
  directory = join(root.path, "journal");
});

afterEach(() => root.remove());

function open(options: Partial<JournalOptions> = {}): Promise<Journal> {
  return openJournal({ directory, log: silentLog, reserveBytes: 10_000, ...options });
}

async function segmentFiles(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith(".jsonl")).sort();
}

async function lockFiles(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith("lock."));
}

async function openAndReadLock(): Promise<string> {
  const journal = await open();
  const [name = ""] = await lockFiles();
  await journal.close();
  return name;
}

/** What a killed process leaves: its files, and a lock that nobody holds any more. */
async function forgetLock(): Promise<void> {
  await Promise.all((await lockFiles()).map((name) => rm(join(directory, name))));
}

async function drain(journal: Journal, batch = 500): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const { records, unreadable, position } = await journal.read(batch);
    if (position === null) return ids;
    ids.push(...records.map(({ id }) => id));
    await journal.setAside(unreadable);
    await journal.acknowledge(position);
  }
}

describe("appending and draining", () => {
  it("gives the records back as they were, in order, until they are acknowledged", async () => {
    const journal = await open();
    const strange = createRecord({ model: "grün\n\u2028 \u{1F47B}", costNanos: null, ttftMs: 1.25 });
    const records = [createRecord(), strange, createRecord({ providerId: null, provider: "", model: "" })];
    for (const record of records) journal.append(record);
    expect(journal).toMatchObject({ pendingRecords: 3 });
    const first = await journal.read(10);
    expect(first.records).toEqual(records);
    expect(await journal.read(10)).toEqual(first);
    if (first.position !== null) await journal.acknowledge(first.position);
    expect(journal).toMatchObject({ pendingRecords: 0, pendingBytes: 0 });
    expect((await journal.read(10)).position).toBeNull();
    await journal.close();
    expect(await segmentFiles()).toEqual([]);
    expect(() => journal.append(createRecord())).toThrow(/closed/);
    expect(journal.healthy()).toBe(false);
  });

  it("begins new files by size, and removes those that are drained", async () => {
    const journal = await open({ segmentBytes: 3_000 });
    for (let index = 0; index < 30; index += 1) journal.append(createRecord());
    expect((await segmentFiles()).length).toBeGreaterThan(4);
    expect(await drain(journal, 4)).toHaveLength(30);
    expect(await segmentFiles()).toHaveLength(1);
    await journal.close();
  });

  it("does not let one file grow for ever while the drainer keeps up", async () => {
    const journal = await open({ segmentBytes: 4_000 });
    const seen = new Set<string>();
    for (let index = 0; index < 20; index += 1) {
      journal.append(createRecord());
      await drain(journal);
      for (const name of await segmentFiles()) seen.add(name);
      expect(await segmentFiles()).toHaveLength(1);
    }
    expect(seen.size).toBeGreaterThan(5);
    await journal.close();
  });

  it("tells its listener of every append", async () => {
    const journal = await open();
    let calls = 0;
    journal.onAppend(() => (calls += 1));
    journal.append(createRecord());
    journal.append(createRecord());
    expect(calls).toBe(2);
    await journal.close();
  });
});

describe("what a crash leaves", () => {
  it("is read again by the next process, whole lines in full and the torn one set aside", async () => {
    const killed = await open();
    const kept = createRecord();
    killed.append(kept);
    const [file = ""] = await segmentFiles();
    const torn = JSON.stringify(createRecord()).slice(0, 100);
    await appendFile(join(directory, file), torn);
    await forgetLock();

    const journal = await open();
    expect(journal.pendingRecords).toBe(2);
    expect(await drain(journal)).toEqual([kept.id]);
    expect(journal).toMatchObject({ pendingRecords: 0, pendingBytes: 0 });
    const [rejected = ""] = (await readFile(join(directory, "usage.rejected"), "utf8")).trim().split("\n");
    expect(JSON.parse(rejected)).toMatchObject({ line: torn, reason: expect.stringMatching(/torn/) });
    await journal.close();
  });

  it("is drained around damaged lines in the middle", async () => {
    const killed = await open();
    const records = [createRecord(), createRecord(), createRecord(), createRecord()];
    for (const record of records) killed.append(record);
    const path = join(directory, (await segmentFiles())[0] ?? "");
    const lines = (await readFile(path, "utf8")).trim().split("\n");
    lines[1] = "\0\0\0\0";
    lines[2] = JSON.stringify({ ...records[2], promptTokens: "many" });
    await writeFile(path, `${lines.join("\n")}\n`);
    await forgetLock();

    const journal = await open();
    expect(await drain(journal, 1)).toEqual([records[0]?.id, records[3]?.id]);
    const rejected = (await readFile(join(directory, "usage.rejected"), "utf8")).trim().split("\n");
    expect(rejected.map((line) => JSON.parse(line).line)).toEqual([lines[1], lines[2]]);
    expect(rejected[1]).toMatch(/promptTokens/);
    await journal.close();
  });

  it("is read however long a line is", async () => {
    const killed = await open();
    const long = createRecord({ requestedModel: "x".repeat(3_000_000) });
    killed.append(long);
    killed.append(createRecord());
    await forgetLock();
    const journal = await open();
    expect((await journal.read(1)).records).toEqual([long]);
    expect(await drain(journal)).toHaveLength(2);
    await journal.close();
  });
});

/** The effect of the ledger: a set of ids, to which draining twice adds nothing. */
interface Model {
  readonly appended: Set<string>;
  readonly stored: Set<string>;
  damaged: number;
  setAside: number;
}

async function drainSome(journal: Journal, model: Model, batch: number, survives: boolean): Promise<void> {
  const { records, unreadable, position } = await journal.read(batch);
  for (const { id } of records) model.stored.add(id);
  if (!survives || position === null) return;
  await journal.acknowledge(position);
  model.setAside += unreadable.length;
}

async function damageNewest(model: Model, text: string): Promise<void> {
  const newest = (await segmentFiles()).at(-1);
  if (newest === undefined) return;
  await appendFile(join(directory, newest), text);
  model.damaged += 1;
}

describe("any order of appends, drains, restarts and crashes", () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed))("loses nothing (seed %i)", async (seed) => {
    const random = createRandom(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const options = { segmentBytes: 1_000 + below(6_000), flushIntervalMs: 60_000 };
    const model: Model = { appended: new Set(), stored: new Set(), damaged: 0, setAside: 0 };
    let journal = await open(options);
    const steps: Record<string, () => Promise<void>> = {
      append: async () => {
        for (let count = below(12); count >= 0; count -= 1) {
          const record = createRecord({ userAgent: "u".repeat(below(400)) });
          journal.append(record);
          model.appended.add(record.id);
        }
      },
      drain: () => drainSome(journal, model, 1 + below(20), true),
      drainAndDie: () => drainSome(journal, model, 1 + below(20), false).then(() => steps["crash"]?.()),
      flush: () => journal.flush(),
      restart: async () => {
        await journal.close();
        journal = await open(options);
      },
      crash: async () => {
        const damage = ["", "", '{"id":"torn', "damaged\n"][below(4)] ?? "";
        if (damage !== "") await damageNewest(model, damage);
        await forgetLock();
        journal = await open(options);
      },
    };
    const names = ["append", "append", "append", "drain", "drain", "flush", "restart", "crash", "drainAndDie"];
    for (let step = 0; step < 60; step += 1) {
      await steps[names[below(names.length)] ?? "append"]?.();
      const missing = [...model.appended].filter((id) => !model.stored.has(id)).length;
      expect(journal.pendingRecords).toBeGreaterThanOrEqual(missing);
    }
    while (journal.pendingRecords > 0) await drainSome(journal, model, 50, true);
    expect(model.stored).toEqual(model.appended);
    expect(model.setAside).toBe(model.damaged);
    expect(journal.pendingBytes).toBe(0);
    await journal.close();
    expect(await segmentFiles()).toEqual([]);
  });
});

describe("one process for each directory", () => {
  it("refuses a second opening in the same process, until the first is closed", async () => {
    const journal = await open();
    await expect(open()).rejects.toThrow(/This process uses the data directory already/);
    await journal.close();
    await (await open()).close();
  });

  it("refuses another process that is alive with its number, and takes over from one that was killed", async () => {
    const holder = spawn(process.execPath, [join(import.meta.dirname, "store-support/hold-journal.ts"), directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await new Promise((resolve) => holder.stdout.once("data", resolve));
      await expect(open()).rejects.toThrow(`Another ghostllm (pid ${holder.pid}) uses this data directory`);
    } finally {
      holder.kill("SIGKILL");
      await new Promise((resolve) => holder.once("exit", resolve));
    }
    await (await open()).close();
  });

  it("is not held by a process that merely has the number of one that ended", async () => {
    const own = await openAndReadLock();
    const [, , , world] = own.split(".");
    await writeFile(join(directory, `lock.${process.ppid}.1.${world}`), "");
    await (await open()).close();
    expect(await lockFiles()).toEqual([]);
  });

  it("is refused while one from another container goes on refreshing its claim, and taken over when it stops", async () => {
    await mkdir(directory);
    const foreign = join(directory, "lock.1.1234.5678abcd-1");
    await writeFile(foreign, "");
    const refreshing = setInterval(() => void writeFile(foreign, ""), 50);
    await expect(lockDirectory({ directory, staleAfterMs: 300 })).rejects.toThrow("Another ghostllm (pid 1)");
    clearInterval(refreshing);
    const lock = await lockDirectory({ directory, staleAfterMs: 300 });
    expect(await lockFiles()).toHaveLength(1);
    await lock.release();
  });

  it("is known to be lost to whoever was paused, who then writes into a file that nobody has taken", async () => {
    const lock = await lockDirectory({ directory: root.path, staleAfterMs: 200 });
    expect(lock.isHeld()).toBe(true);
    const journal = await open();
    journal.append(createRecord());
    const [own = ""] = await lockFiles();
    await new Promise((resolve) => setTimeout(resolve, 150));
    // It asks, finds its file, and holds on.
    expect(lock.isHeld()).toBe(true);
    const [held = ""] = (await readdir(root.path)).filter((name) => name.startsWith("lock."));
    await rm(join(root.path, held));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect([lock.isHeld(), lock.isHeld()]).toEqual([false, false]);

    await rm(join(directory, own));
    const before = await segmentFiles();
    // The other's first file; ours has the number before.
    await writeFile(join(directory, "usage-000000000002.jsonl"), "");
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + 60_000);
    expect(journal.healthy()).toBe(false);
    const late = createRecord();
    journal.append(late);
    vi.restoreAllMocks();
    for (const file of before) await rm(join(directory, file));
    expect(await segmentFiles()).toEqual(["usage-000000000002.jsonl", "usage-000000000003.jsonl"]);
    expect(await drain(journal)).toEqual([late.id]);
    await journal.close();
    await lock.release();
  });

  it("goes to one of many that start together", async () => {
    const script = join(import.meta.dirname, "store-support/hold-journal.ts");
    const start = () => spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "ignore"] });
    const rivals = Array.from({ length: 4 }, start);
    const outcomes = rivals.map(
      (rival) =>
        new Promise<string>((resolve) => {
          rival.stdout.once("data", () => resolve("open"));
          rival.once("exit", () => resolve("refused"));
        }),
    );
    const settled = await Promise.all(outcomes);
    for (const rival of rivals) rival.kill("SIGKILL");
    expect(settled.filter((outcome) => outcome === "open").length).toBeLessThanOrEqual(1);
  });
});

describe("a disk that takes no more", () => {
  it("keeps whole lines only, refuses new work, and recovers", async () => {
    const script = join(import.meta.dirname, "store-support/fill-disk.ts");
    // The kernel ends a write in its middle at the limit on a file's size, as it does when the disk is full.
    const command = `ulimit -f 24 && exec "$0" "$1" "$2"`;
    const run = promisify(execFile);
    const { stdout } = await run("bash", ["-c", command, process.execPath, script, directory]);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ threw: true, healthyAfterFailure: false, healthyLater: true });
    const journal = await open();
    expect(await drain(journal)).toEqual(result.ids);
    await expect(readFile(join(directory, "usage.rejected"))).rejects.toThrow(/ENOENT/);
    await journal.close();
  });

  it("is unhealthy without its reserve, and takes records all the same", async () => {
    const journal = await open({ reserveBytes: 2 ** 46 });
    expect(journal.healthy()).toBe(false);
    journal.append(createRecord());
    expect(await drain(journal)).toHaveLength(1);
    await journal.close();
  });
});
